import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { screenLimits } from '../../src/protocol/screen-limits.ts';
import { TestBoard } from '../helpers/board.ts';
import { Guest } from './support.ts';

const own = 'reply = "f4"\nnew-thread = "w"\n';

test('keymap set stores the keys of a visitor, and every screen of the visitor has them', async () => {
  const guest = await Guest.known('alice');
  expect((await guest.run('keymap')).stdout).toMatch(/^# You use the usual keys\./);
  expect(await guest.run('keymap set', own)).toMatchObject({ code: 0, stderr: '' });
  expect(await guest.run('keymap')).toEqual({ code: 0, stdout: own, stderr: '' });
  await guest.run('join main');
  const visit = guest.atTerminal();
  await visit.shows('w new');
  visit.leave();
  // An empty one brings the usual keys back.
  expect((await guest.run('keymap set')).stdout).toContain('You use the usual keys');
  const again = guest.atTerminal();
  await again.shows('c new');
});

test('keymap set says what is wrong with its line, as the file does, and changes nothing', async () => {
  const guest = await Guest.known('alice');
  await guest.run('keymap set', own);
  for (const [given, problem] of [
    ['# mine\nrepyl = "f4"\n', 'line 2: '],
    ['reply = \n', 'line 1, column '],
    ['x'.repeat(screenLimits.keys + 1), `at most ${screenLimits.keys} bytes`],
    [Buffer.from([0xff, 0xfe]), 'not valid UTF-8'],
  ] as const) {
    const { code, stdout, stderr } = await guest.run('keymap set', given);
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringMatching(/^corkboard: Nothing was changed\. [^\n]*\n$/),
    });
    expect(stderr).toContain(problem);
  }
  expect((await guest.run('keymap')).stdout).toBe(own);
  expect((await guest.run('keymap get')).code).toBe(2);
});

test('keys that can be used no more are left out, and the screen says so', async () => {
  const guest = await Guest.known('alice');
  await guest.run('keymap set', own);
  guest.board.database().prepare('UPDATE screen_keys SET text = \'gone = "f4"\'').run();
  const visit = guest.atTerminal(undefined, { TERM: 'xterm', NO_COLOR: '1' });
  await visit.shows('Your keys are not used: line 1:');
});

test('the screen repeats what the visitor was told just before it opened, and its title names the machine', async () => {
  const guest = await Guest.to(await TestBoard.start(), { user: 'alice' });
  const visit = guest.atTerminal(undefined, { TERM: 'xterm', NO_COLOR: '1' });
  await visit.shows('New here? Your name: [alice] ');
  visit.type('\r');
  await visit.shows('\x1b[?1049h');
  await visit.shows(`I know you by your key ${guest.fingerprint.slice(0, 20)}`);
  expect(visit.raw).toContain(`\x1b]2;${hostname()}`);
});

test('remote commands advise the form that can be typed there', async () => {
  const guest = await Guest.known('alice');
  await guest.run('join main');
  for (const subject of ['one', 'two', 'three']) await guest.run(`post main ${subject}`, 'x');
  const { stdout } = await guest.run('list main 1');
  expect(stdout).toContain('type list main 1 before 3, or list main all.');
  expect(stdout).not.toContain('%');
});
