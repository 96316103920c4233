import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Accounts } from '../../src/board/accounts.ts';
import { Board } from '../../src/board/board.ts';
import { nameKey } from '../../src/board/name-key.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { groupRef } from '../../src/board/refs.ts';
import { checkedDescription, checkedSubject } from '../../src/board/texts.ts';
import { limits, serverLimits } from '../../src/protocol/limits.ts';
import { quickPasswords } from '../helpers/passwords.ts';
import { errorCodeOf, login, openBoard } from '../helpers/storage.ts';

/** A board where alice is a member of `main`. */
async function withAlice(): Promise<{ board: Board; alice: Actor }> {
  const stored = openBoard();
  const board = new Board(stored.repository);
  const alice = await login(stored, 'alice');
  await board.join(alice, 'main');
  return { board, alice };
}

async function posted(subject: string, content = '') {
  const { board, alice } = await withAlice();
  const { message } = await board.post(alice, 'main', { subject, content });
  return (await board.message(alice, 'main', message.number)).message;
}

const refused = (subject: string, content = '') => errorCodeOf(posted(subject, content));

test('a group is given by its name, or by its number in digits', () => {
  expect(groupRef('Main')).toEqual({ key: 'main', name: 'Main' });
  expect(groupRef('7')).toEqual({ id: 7 });
  expect(groupRef(7)).toEqual({ id: 7 });
  expect(groupRef('7up')).toEqual({ key: '7up', name: '7up' });
});

test("digits that are not a group's number find no group", async () => {
  const { board, alice } = await withAlice();
  for (const group of ['0', '007', '9'.repeat(15), '9'.repeat(40), 1e300, 0.5, -1]) {
    expect(await errorCodeOf(board.join(alice, group)), String(group)).toBe('GROUP_NOT_FOUND');
  }
});

test('a text that is too long for a name finds no group', async () => {
  const { board, alice } = await withAlice();
  const marks = 'a'.repeat(1000);
  await expect(async () => board.join(alice, marks)).rejects.toMatchObject({
    code: 'GROUP_NOT_FOUND',
    message: expect.stringMatching(/^There is no group .{1,80}…\.$/),
  });
});

test('a name that breaks the rules is refused at login', async () => {
  const accounts = new Accounts(openBoard().accounts, quickPasswords(), 'open', serverLimits);
  const ended = new AbortController().signal;
  const caller = { origin: 1, address: '127.0.0.1', resumable: true, ended, hasEnded: false };
  for (const user of ['two words', 'Admin']) {
    expect(await errorCodeOf(accounts.login({ user }, caller))).toBe('NAME_INVALID');
  }
});

test('a subject of the maximum length is accepted, and a longer one is refused', async () => {
  const { subject } = limits;
  expect((await posted('a'.repeat(subject))).subject).toBe('a'.repeat(subject));
  expect((await posted('🍜'.repeat(subject))).subject).toBe('🍜'.repeat(subject));
  expect(await refused('a'.repeat(subject + 1))).toBe('TOO_LONG');
  expect(await refused('🍜'.repeat(subject + 1))).toBe('TOO_LONG');
});

test('the length of a subject does not include the spaces around it', async () => {
  const subject = 'a'.repeat(limits.subject);
  expect((await posted(`  ${subject}\t `)).subject).toBe(subject);
});

test.each(['', '   ', '\t', '\u3000', '\u202e'])(
  'a subject needs a visible character: not %j',
  async (text) => {
    expect(await refused(text)).toBe('SUBJECT_INVALID');
  },
);

test.each(['a\nb', 'a\r\nb', 'a\rb', 'a\u0085b', 'a\u2028b', 'a\u2029b', 'a\n'])(
  'a subject is one line: not %j',
  async (text) => {
    expect(await refused(text)).toBe('SUBJECT_INVALID');
  },
);

test('control characters in a subject are shown as text, or removed', async () => {
  expect((await posted('a\u001b[2Jb\tc\u202ed\u0007')).subject).toBe('a␛[2Jb cd␇');
});

test('content of the maximum length in UTF-8 is accepted, and longer content is refused', async () => {
  const { content } = limits;
  expect((await posted('s', 'a'.repeat(content))).content).toHaveLength(content);
  expect((await posted('s', '🍜'.repeat(content / 4))).content).toHaveLength(content / 2);
  expect(await refused('s', 'a'.repeat(content + 1))).toBe('TOO_LONG');
  expect(await refused('s', `${'🍜'.repeat(content / 4)}a`)).toBe('TOO_LONG');
});

test('the length of content is measured after cleaning', async () => {
  // Each of these is one byte on the way in, and three as the symbol for it.
  const bells = '\u0007'.repeat(Math.floor(limits.content / 3));
  expect((await posted('s', bells)).content).toBe('␇'.repeat(bells.length));
  expect(await refused('s', `${bells}\u0007`)).toBe('TOO_LONG');
});

test('content keeps its lines, with any line ends, its tabs and its spaces', async () => {
  expect((await posted('s', ' one\r\ntwo\rthree\n\n\tfour \n')).content).toBe(
    ' one\ntwo\nthree\n\n\tfour \n',
  );
});

test('control characters in content are shown as text, or removed', async () => {
  expect((await posted('s', '\u001b]0;owned\u0007 \u009b31m \u202eabc\u2066')).content).toBe(
    '␛]0;owned␇ \ufffd31m abc',
  );
});

test('content may be empty', async () => {
  expect((await posted('s', '')).content).toBe('');
});

test('a description is one line with a maximum of characters', () => {
  const { description } = limits;
  expect(checkedDescription('  What is new\nand what is not ')).toBe('What is new and what is not');
  expect(checkedDescription('🍜'.repeat(description))).toBe('🍜'.repeat(description));
  expect(() => checkedDescription('🍜'.repeat(description + 1))).toThrow('at most 200 characters');
});

test('the fast path for ASCII subjects cleans them like the path for other subjects', () => {
  const unit = fc.constantFrom(...' aZ~!\t\n\r\0\x1b\x7f'.split(''));
  const subject = fc.array(unit, { maxLength: 8 }).map((units) => units.join(''));
  const cleaned = (text: string) => {
    try {
      return checkedSubject(text);
    } catch (error) {
      return (error as Error).message;
    }
  };
  // With a character that needs no cleaning, but is not ASCII.
  const same = (text: string) => {
    const other = cleaned(`${text}é`);
    expect(cleaned(text)).toBe(other.endsWith('é') ? other.slice(0, -1) : other);
  };
  fc.assert(
    fc.property(
      subject.filter((text) => /[!-~]$/.test(text)),
      same,
    ),
  );
  expect(cleaned('x'.repeat(limits.subject))).toBe('x'.repeat(limits.subject));
  expect(cleaned('x'.repeat(limits.subject + 1))).toContain('200');
  expect(cleaned(' ')).toContain('empty');
});

test('the short way to the key of an ASCII name gives the same key as the general way', () => {
  const key = (name: string) =>
    name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  for (let code = 0; code < 0x250; code++) {
    const name = `a${String.fromCharCode(code)}Z`;
    expect(nameKey(name), name).toBe(key(name));
  }
});
