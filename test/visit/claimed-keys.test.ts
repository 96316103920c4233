import { expect, test } from 'vitest';
import { TestBoard, type TestBoardOptions } from '../helpers/board.ts';
import { vouchedPeer } from '../helpers/vouched-peer.ts';
import { Guest } from './support.ts';

const plain = '--plain';
const plainTerminal = { TERM: 'xterm', NO_COLOR: '1' };
const password = 'correct horse battery';

/** Somebody whose key users of the board have added as a line. Each of them has a password. */
async function claimedBy(
  users: readonly string[],
  user: string | undefined,
  options: TestBoardOptions | TestBoard = {},
): Promise<Guest> {
  const guest = await Guest.to(options, { user });
  for (const claimant of users) {
    const peer = await guest.board.connectProgram();
    await peer.call('session.login', { user: claimant, password, create: true });
    await peer.call('account.addKey', { line: guest.line, current: password });
    peer.socket.destroy();
  }
  return guest;
}

/** Whom the key of a guest belongs to, and who has added it. */
async function look({ board, fingerprint }: Guest) {
  const { owner, claimants } = await (await vouchedPeer(board)).call('door.look', { fingerprint });
  return { owner, claimants };
}

test.each(['alice', 'Alice'])(
  'who comes as %s, which has a password and has added the key, is asked before the key is theirs',
  async (user) => {
    const guest = await claimedBy(['alice', 'mallory'], user);
    for (const command of ['rpc', 'groups', undefined]) {
      expect(await guest.run(command)).toEqual({
        code: 1,
        stdout: '',
        stderr: `corkboard: alice and mallory have added your SSH key ${guest.fingerprint} here. Connect once with a terminal and without a command to say whether that is you: ssh -t\n`,
      });
    }
    expect((await look(guest)).owner).toBeNull();
    const visit = guest.atTerminal(plain, plainTerminal);
    await visit.shows('alice has added this key. Are you alice? y/N ');
    visit.type('y\r');
    await visit.shows(`I know you by your key ${guest.fingerprint} from now on.`);
    await visit.shows('Welcome alice');
    expect(visit.raw).not.toContain('New here?');
    expect(visit.raw).not.toContain('Password');
    expect(await look(guest)).toEqual({ owner: 'alice', claimants: [] });
  },
);

test('a claim on the name that ssh sends is confirmed by no command and no silence', async () => {
  const guest = await claimedBy(['carol'], 'carol');
  expect(await guest.run('post main Private', 'text')).toMatchObject({ code: 1, stdout: '' });
  const visit = guest.atTerminal(plain, plainTerminal);
  await visit.shows('Are you carol? y/N ');
  visit.type('n\r');
  await visit.shows('New here? Your name: [carol] ');
  expect(await look(guest)).toEqual({ owner: null, claimants: [] });
});

test.each([undefined, 'carol'])(
  'with another name of ssh (%s) the visitor is asked, and y confirms the key',
  async (user) => {
    const guest = await claimedBy(['alice'], user);
    const visit = guest.atTerminal(plain, plainTerminal);
    await visit.shows('alice has added this key. Are you alice? y/N ');
    expect(await look(guest)).toEqual({ owner: null, claimants: ['alice'] });
    visit.type('y\r');
    await visit.shows(`I know you by your key ${guest.fingerprint} from now on.`);
    await visit.shows('Welcome alice');
    expect(await look(guest)).toEqual({ owner: 'alice', claimants: [] });
    const again = guest.atTerminal(plain, plainTerminal);
    await again.shows('Welcome alice');
    expect(again.raw).not.toContain('Are you');
  },
);

test('n takes the key from who has added it, and the visitor goes on with an unknown key', async () => {
  const guest = await claimedBy(['mallory'], 'carol');
  const visit = guest.atTerminal(plain, plainTerminal);
  await visit.shows('mallory has added this key. Are you mallory? y/N ');
  visit.type('n\r');
  await visit.shows('New here? Your name: [carol] ');
  expect(await look(guest)).toEqual({ owner: null, claimants: [] });
  visit.type('\r');
  await visit.shows('Welcome carol');
  expect(await look(guest)).toEqual({ owner: 'carol', claimants: [] });
});

test.each([
  ['bob\r', 'Welcome bob', { owner: 'bob', claimants: [] }],
  ['None\r', 'New here? Your name: ', { owner: null, claimants: [] }],
  ['\r', 'New here? Your name: ', { owner: null, claimants: ['alice', 'bob', 'mallory'] }],
  ['alcie\r', 'Which of them are you?', { owner: null, claimants: ['alice', 'bob', 'mallory'] }],
])('of several who have added the key, %j', async (answer, then, result) => {
  const guest = await claimedBy(['alice', 'bob', 'mallory'], undefined);
  const visit = guest.atTerminal(plain, plainTerminal);
  await visit.shows('alice, bob and mallory have added this key. Which of them are you? [none] ');
  visit.type(answer);
  await visit.shows(then);
  expect(await look(guest)).toEqual(result);
});

test('y or n is asked again after another answer, and Enter takes the key from nobody', async () => {
  const guest = await claimedBy(['alice'], undefined);
  const visit = guest.atTerminal(plain, plainTerminal);
  await visit.shows('Are you alice? y/N ');
  visit.type('yes!\r');
  await visit.shows('Answer y or n.');
  await visit.shows('Are you alice? y/N ');
  visit.type('\r');
  await visit.shows('New here? Your name: ');
  expect(await look(guest)).toEqual({ owner: null, claimants: ['alice'] });
});

test('who has added a key is let in by typing their name after ten others, who are shown', async () => {
  const others = Array.from({ length: 10 }, (_, nth) => `other${nth}`);
  const guest = await claimedBy([...others, 'zoe'], undefined);
  const visit = guest.atTerminal(plain, plainTerminal);
  await visit.shows('Which of them are you? [none] ');
  expect(visit.raw).not.toContain('zoe');
  visit.type('zeo\r');
  await visit.shows('Which of them are you? [none] ');
  visit.type('zoe\r');
  await visit.shows('Welcome zoe');
  expect(await look(guest)).toEqual({ owner: 'zoe', claimants: [] });
});

test('Ctrl-C at the question changes nothing', async () => {
  const guest = await claimedBy(['alice'], undefined);
  const visit = guest.atTerminal(plain, plainTerminal);
  await visit.shows('Are you alice? y/N ');
  visit.type('\x03');
  expect(await visit.exited).toBe(1);
  expect(await look(guest)).toEqual({ owner: null, claimants: ['alice'] });
});

test('without a terminal the visitor is refused with what to do, and nothing changes', async () => {
  const guest = await claimedBy(['alice', 'bob'], undefined);
  for (const command of ['groups', 'rpc', undefined]) {
    expect(await guest.run(command)).toEqual({
      code: 1,
      stdout: '',
      stderr: `corkboard: alice and bob have added your SSH key ${guest.fingerprint} here. Connect once with a terminal and without a command to say whether that is you: ssh -t\n`,
    });
  }
  expect(await look(guest)).toEqual({ owner: null, claimants: ['alice', 'bob'] });
});

test('whoever has the password of another name is asked nothing about a foreign claim, and can take the key', async () => {
  const guest = await claimedBy(['mallory', 'alice'], 'alice', await TestBoard.start());
  const other = await Guest.to(guest.board, { user: 'bob', key: guest.identity.key, password });
  const peer = await guest.board.connectProgram();
  await peer.call('session.login', { user: 'bob', password, create: true });
  const visit = other.atTerminal(plain, plainTerminal);
  await visit.shows('Remember this key for bob? y/N ');
  visit.type('y\r');
  await visit.shows('This key is remembered for bob.');
  expect(await look(guest)).toEqual({ owner: 'bob', claimants: [] });
});

test('a claim keeps nobody out who comes to an unprotected name without a terminal', async () => {
  const guest = await claimedBy(['mallory'], 'carol');
  const peer = await guest.board.connectProgram();
  await peer.call('session.login', { user: 'carol' });
  await peer.call('session.logout', {});
  await peer.closed();
  expect(await guest.run('groups')).toMatchObject({ code: 0 });
});
