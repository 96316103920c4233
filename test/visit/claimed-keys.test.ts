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

test.each([
  ['alice', plain],
  ['Alice', 'rpc'],
])(
  '%s as the name of ssh confirms the key of alice (%s), with a line that says so',
  async (user, command) => {
    const guest = await claimedBy(['alice', 'mallory'], user);
    const says = `I know you by your key ${guest.fingerprint} from now on. You had added it to ${user}.`;
    if (command === plain) {
      const visit = guest.atTerminal(plain, plainTerminal);
      await visit.shows(says);
      await visit.shows('Welcome alice');
      expect(visit.raw).not.toContain('New here?');
      expect(visit.raw).not.toContain('Password');
    } else {
      const { code, stderr, stdout } = await guest.run(
        'rpc',
        '{"jsonrpc":"2.0","id":1,"method":"session.show","params":{}}\n',
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(says) });
      expect(stdout).toContain('"user":"alice"');
    }
    expect(await look(guest)).toEqual({ owner: 'alice', claimants: [] });
  },
);

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
  ['\r', 'New here? Your name: ', { owner: null, claimants: [] }],
])('of several who have added the key, %j', async (answer, then, result) => {
  const guest = await claimedBy(['alice', 'bob', 'mallory'], undefined);
  const visit = guest.atTerminal(plain, plainTerminal);
  await visit.shows('alice, bob and mallory have added this key. Which of them are you? [none] ');
  visit.type(answer);
  await visit.shows(then);
  expect(await look(guest)).toEqual(result);
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
