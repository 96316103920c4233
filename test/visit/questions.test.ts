import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { Guest, type Visit } from './support.ts';

const plain = '--plain';
const dumb = { TERM: 'dumb' };

/** No user of that name was made. */
async function nobodyHas(name: string, { board }: Guest): Promise<void> {
  const users = await board.operate((administration) => administration.users());
  expect(users.map((user) => user.name)).not.toContain(name);
}

async function leave(visit: Visit): Promise<void> {
  visit.type('%exit\r');
  expect(await visit.exited).toBe(0);
}

test('an unknown key is asked for a name, and Enter takes the offered one, with the key', async () => {
  const guest = await Guest.to({}, { user: 'alice' });
  const visit = guest.atTerminal(plain);
  await visit.shows('New here? Your name: [alice] ');
  await nobodyHas('alice', guest);
  visit.type('\r');
  await visit.shows(`I know you by your key ${guest.fingerprint} from now on.\r\n`);
  await visit.shows('Welcome ');
  await leave(visit);
  const again = guest.atTerminal(plain);
  await again.shows('Welcome ');
  expect(again.raw).not.toContain('New here?');
  await leave(again);
  // The name is protected by its key.
  const peer = await guest.board.connectProgram();
  await expect(peer.call('session.login', { user: 'alice' })).rejects.toThrow('PASSWORD_REQUIRED');
});

test.each([
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
])('%s at the question for a name leaves, and creates nothing', async (_, key) => {
  const guest = await Guest.to({}, { user: 'alice' });
  const visit = guest.atTerminal(plain);
  await visit.shows('[alice] ');
  visit.type(`bob${key === '\x04' ? '\x15' : ''}${key}`);
  expect(await visit.exited).toBe(1);
  expect(visit.raw).toContain('Nothing was created.');
  await nobodyHas('alice', guest);
  await nobodyHas('bob', guest);
});

test('a name that cannot be taken is asked for again, five times at most', async () => {
  const guest = await Guest.to({}, { user: 'alice' });
  const visit = guest.atTerminal(plain);
  for (let time = 0; time < 5; time++) {
    await visit.shows('Your name: [alice] ');
    visit.type('no such name!\r');
  }
  expect(await visit.exited).toBe(1);
  expect(visit.raw).toContain('That was asked often enough.');
});

test('what is typed can be corrected as at any terminal', async () => {
  const guest = await Guest.to();
  const visit = guest.atTerminal(plain);
  await visit.shows('New here? Your name: ');
  visit.type('no\x7f\x7f日本\x7f\x7fwrong words\x17\x17\x15alixx\x1b[D\x08\x7fce\r');
  await visit.shows('Welcome ');
  await visit.shows('alice');
  expect(visit.raw).toContain('日本\b\b  \b\b\b\b  \b\b');
  await leave(visit);
});

test('a protected name needs its password, which is not shown, and the key can be remembered', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'secret-words');
  const guest = await Guest.to(board);
  const visit = guest.atTerminal(plain);
  await visit.shows('New here? Your name: ');
  visit.type('alice\r');
  await visit.shows('Password of alice: ');
  visit.type('wrong-words\r');
  await visit.shows('New here? Your name: ');
  visit.type('alice\r');
  await visit.shows('Password of alice: ');
  visit.type('secret-words\r');
  await visit.shows('Remember this key for alice? y/N ');
  visit.type('y\r');
  await visit.shows('This key is remembered for alice.');
  expect(visit.raw).not.toContain('words');
  await leave(visit);
  expect((await guest.run('groups')).code).toBe(0);
});

test('a password that ssh has proven is not asked for, and without a yes the key is not remembered', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'secret-words');
  const guest = await Guest.to(board, { user: 'alice', password: 'secret-words' });
  const visit = guest.atTerminal(plain);
  await visit.shows('Remember this key for alice? y/N ');
  visit.type('\r');
  await visit.shows('Welcome ');
  expect(visit.raw).not.toContain('Password');
  await leave(visit);
  const { key, address } = guest.identity;
  const later = await Guest.to(board, { key, address });
  expect((await later.run('groups')).stderr).toContain('does not know your SSH key');
});

test('on a board with registered names a new name chooses a password, typed twice', async () => {
  const guest = await Guest.to({ access: 'registered' }, { user: 'alice' });
  const visit = guest.atTerminal(plain);
  await visit.shows('[alice] ');
  visit.type('\r');
  await visit.shows('Choose a password for alice: ');
  visit.type('secret-words\r');
  await visit.shows('The same again: ');
  visit.type('other-words\r');
  await visit.shows('The two are not the same.');
  await visit.shows('Choose a password for alice: ');
  visit.type('secret-words\r');
  await visit.shows('The same again: ');
  visit.type('secret-words\r');
  await visit.shows('I know you by your key');
  await leave(visit);
  const peer = await guest.board.connectProgram();
  await peer.call('session.login', { user: 'alice', password: 'secret-words' });
});

test('a closed board asks the same questions of an unknown name as of one that exists', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'secret-words');
  board.reconfigure({ access: 'closed' });
  const asked = async (name: string) => {
    const guest = await Guest.to(board);
    const visit = guest.atTerminal(plain);
    await visit.shows('Your name: ');
    visit.type(`${name}\r`);
    await visit.shows(`Password of ${name}: `);
    visit.type('wrong-words\r');
    await visit.shows('Your name: ');
    visit.type('\x03');
    await visit.exited;
    return visit.raw.replaceAll(name, 'NAME');
  };
  expect(await asked('nobody')).toBe(await asked('alice'));
});

test('without a key, a free name on an open board is let in with no question', async () => {
  const guest = await Guest.to({}, { user: 'alice', key: undefined });
  const visit = guest.atTerminal(plain);
  await visit.shows('Welcome ');
  expect(visit.raw).not.toContain('?');
  await leave(visit);
  expect((await guest.run('groups')).code).toBe(0);
});

test('who comes without a key and with a name that nobody can have is asked for another', async () => {
  const guest = await Guest.to({}, { user: 'bad name!', key: undefined });
  const visit = guest.atTerminal(plain);
  await visit.shows('New here? Your name: ');
  visit.type('alice\r');
  await visit.shows('Welcome ');
  await leave(visit);
});

test('a visitor whose key belongs to another name is told so in one line', async () => {
  const known = await Guest.known('alice');
  const { key } = known.identity;
  const guest = await Guest.to(known.board, { key, user: 'root' });
  const said = 'You are alice here, not root: your SSH key belongs to alice.';
  const { stderr, code } = await guest.run('groups');
  expect({ stderr, code }).toEqual({ stderr: `${said}\n`, code: 0 });
  const visit = guest.atTerminal(plain, dumb);
  await visit.shows(said);
  await leave(visit);
});

test('a question that is too long for a narrow terminal is broken between words', async () => {
  const guest = await Guest.to(undefined, { user: 'alice' });
  await guest.board.protect('alice-of-the-mountains', 'secret-words');
  const owner = await guest.board.protectedProgram('alice-of-the-mountains', 'secret-words');
  await owner.call('account.addKey', { line: guest.line, current: 'secret-words' });
  const visit = guest.atTerminal(plain, undefined, [40, 24]);
  await visit.shows('alice-of-the-mountains has added this\r\nkey. ');
  visit.type('\x03');
  expect(await visit.exited).toBe(1);
});
