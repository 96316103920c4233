import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { boardFolder } from '../cli/seed.ts';
import type { Pty } from '../helpers/pty.ts';
import { tempFolder } from '../helpers/temp.ts';
import { editor } from './editor.ts';
import { aliceAndBob, aliceInChat, keys } from './support.ts';

// Whatever ends it, what someone has written is in a file, or on the board.

async function writing(extra: Record<string, string> = {}) {
  const state = tempFolder();
  const at = await aliceAndBob({ env: { XDG_STATE_HOME: state, ...extra } });
  const drafts = () => {
    const folder = join(state, 'corkboard', 'drafts');
    return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  };
  at.alice.type('%post "A list"\r');
  await at.alice.shows(/…$/);
  at.alice.type('first\rsecond\rhalf a li');
  await at.alice.shows(/… half a li$/);
  return { ...at, drafts };
}

test.each([
  ['Ctrl-C', (alice: Pty) => alice.type(keys.ctrlC)],
  ['%cancel', (alice: Pty) => alice.type(`${'\x7f'.repeat(9)}half a li\r%cancel\r`)],
])('a text given up by %s is kept, with its last line', async (_, giveUp) => {
  const { alice, drafts } = await writing();
  giveUp(alice);
  await alice.shows(/What you wrote is kept in \/\S+\.txt\.\n\[INFO\] Nothing was posted\.\n.*>$/);
  expect(drafts()).toEqual(['first\nsecond\nhalf a li']);
});

test.each(['SIGTERM', 'SIGHUP'])('%s keeps it, with the line being typed', async (signal) => {
  const { alice, drafts } = await writing();
  alice.signal(signal);
  await alice.exited;
  expect(drafts()).toEqual(['first\nsecond\nhalf a li']);
});

test('closing the window of the terminal keeps it, with the line being typed', async () => {
  const { alice, drafts } = await writing();
  await alice.close();
  expect(drafts()).toEqual(['first\nsecond\nhalf a li']);
});

test('a half typed command is in the history of the next run after a signal', async () => {
  const state = tempFolder();
  const { alice } = await aliceAndBob({ env: { XDG_STATE_HOME: state } });
  alice.type('%post long a thought that is not ended');
  await alice.shows(/not ended$/);
  alice.signal('SIGTERM');
  await alice.exited;
  expect(readFileSync(join(state, 'corkboard', 'history'), 'utf8')).toContain(
    '%post long a thought that is not ended\n',
  );
});

test('a post that waits for the connection is kept in a file when the user leaves', async () => {
  const { board, alice, drafts } = await writing();
  await board.stop();
  await alice.shows('Trying to connect again.');
  alice.type('ne\r.\r');
  await alice.shows('This is done once the connection is back.');
  alice.type('%exit\r');
  expect(await alice.exited).toBe(0);
  expect(alice.screen).toContain('What you wrote is kept in ');
  expect(drafts()).toEqual(['first\nsecond\nhalf a line']);
});

test('a text of one line that is refused is kept as well', async () => {
  const state = tempFolder();
  const { alice } = await aliceAndBob({ env: { XDG_STATE_HOME: state } });
  const long = 'y'.repeat(3000);
  alice.type(`%post "x" \x1b[200~${Array.from({ length: 12 }, () => long).join('\n')}\x1b[201~`);
  await alice.shows(/Post these 12 lines as the content/);
  alice.type('y');
  await alice.shows('[ERROR] The content is too long');
  const folder = join(state, 'corkboard', 'drafts');
  const [name = ''] = readdirSync(folder);
  expect(readFileSync(join(folder, name), 'utf8').length).toBe(12 * 3001 - 1);
});

test('a text is printed if the state folder cannot be written to', async () => {
  const { alice } = await aliceAndBob({
    env: { XDG_STATE_HOME: '/dev/null/state', TMPDIR: '/dev/null/temporary' },
  });
  alice.type('%post hello\rdear all\r');
  await alice.shows(/…$/);
  alice.type(keys.ctrlC);
  await alice.shows(/could not be kept in a file \(.*\)\. Copy it from here:\s+dear all/);
  alice.type('%compose Minutes\r');
  await alice.shows('[ERROR] No file can be made for your editor:');
  await alice.shows(/>$/);
  alice.type('%ping\r');
  await alice.shows('[INFO] pong');
});

/** An editor that returns at once, and saves a text when `saves` is called, as one with a window of its own. */
function laterEditor(): string {
  const waits = 'while [ -e "$1" ] && [ ! -e "$1.go" ]; do sleep 0.1; done';
  const text = 'printf "later\\n" > "$1"';
  return editor(`(${waits}; ${text}; touch "$1.saved") > /dev/null 2>&1 &`);
}

async function saves(file: string): Promise<void> {
  writeFileSync(`${file}.go`, '');
  await expect.poll(() => existsSync(`${file}.saved`)).toBe(true);
}

test('%compose waits for an editor that returns at once and has a window of its own', async () => {
  const { alice, bob } = await aliceAndBob({
    env: { EDITOR: laterEditor() },
  });
  alice.type('%compose Minutes\r');
  await alice.shows(/Press Enter once you have saved one, Ctrl-C to post nothing\.$/);
  const folder = join(alice.state, 'corkboard', 'drafts');
  const name = readdirSync(folder).find((each) => each.endsWith('.txt')) ?? '';
  await saves(join(folder, name));
  alice.type('\r');
  await alice.shows('[SUCCESS] Message 1 posted in main. Subject: Minutes');
  const { content } = await bob.call('message.get', { group: 'main', number: 1 });
  expect(content).toBe('later');
});

test('a text that an editor saves after %compose was given up is still in the file', async () => {
  const { alice } = await aliceAndBob({
    env: { EDITOR: laterEditor() },
  });
  alice.type('%compose Minutes\r');
  await alice.shows(/to post nothing\.$/);
  alice.type(keys.ctrlC);
  await alice.shows(/What you still save in it stays in (\/\S+\.txt)\./);
  const [, file = ''] = /stays in (\/\S+\.txt)\./.exec(alice.screen) ?? [];
  alice.type('%compose x\r');
  await saves(file);
  expect(readFileSync(file, 'utf8')).toBe('later\n');
});

test('a byte order mark from an editor is not posted, and Latin-1 from an editor is refused and kept', async () => {
  const { alice, bob } = await aliceAndBob({
    env: { EDITOR: editor('printf "\\357\\273\\277hello\\r\\nthere\\r\\n" > "$1"') },
  });
  alice.type('%compose Marked\r');
  await alice.shows('[SUCCESS] Message 1 posted');
  const { content } = await bob.call('message.get', { group: 'main', number: 1 });
  expect(content).toBe('hello\nthere');
  const other = await aliceAndBob({ env: { EDITOR: editor('printf "caf\\351" > "$1"') } });
  other.alice.type('%compose Latin\r');
  await other.alice.shows(
    /\[ERROR\] What you saved is not valid UTF-8: nothing was posted\. It is in (\/\S+\.txt)\./,
  );
  const [, file = ''] = /It is in (\/\S+\.txt)\./.exec(other.alice.screen) ?? [];
  expect(readFileSync(file, 'latin1')).toBe('café');
});

test('the history is not written into the database of a board, though a link leads there', async () => {
  const state = tempFolder();
  const data = await boardFolder();
  mkdirSync(join(state, 'corkboard'));
  symlinkSync(join(data, 'corkboard.db'), join(state, 'corkboard', 'history'));
  const before = readFileSync(join(data, 'corkboard.db'));
  const { alice } = await aliceInChat({ env: { XDG_STATE_HOME: state, CORKBOARD_DATA: data } });
  await alice.shows(/What you type is not kept for the next time: .*is the database itself/);
  alice.type('%ping\r');
  await alice.shows('pong');
  alice.type(keys.ctrlD);
  await alice.exited;
  expect(readFileSync(join(data, 'corkboard.db')).equals(before)).toBe(true);
});
