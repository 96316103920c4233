import { expect, test } from 'vitest';
import { Guest } from './support.ts';

test('a capable terminal gets the screen, and is left as it was', async () => {
  const alice = await Guest.known('alice');
  const visit = alice.atTerminal();
  await visit.shows('\x1b[?1049h');
  await visit.shows('alice');
  visit.leave();
  await visit.exited;
  expect(visit.raw).toContain('\x1b[?1049l');
});

test('keys reach the screen after the questions', async () => {
  const guest = await Guest.to({}, { user: 'alice' });
  const visit = guest.atTerminal();
  await visit.shows('[alice] ');
  visit.type('\r');
  await visit.shows('\x1b[?1049h');
  await visit.shows('alice');
  visit.type('?');
  await visit.shows('Space');
  visit.leave();
  await visit.exited;
});

test.each([
  ['dumb', { TERM: 'dumb' }, undefined],
  ['missing', {}, undefined],
  ['capable, but --plain is asked for', { TERM: 'xterm-256color' }, '--plain'],
  ['capable, but plain is asked for', { TERM: 'xterm-256color' }, 'plain'],
] as const)(
  'a terminal that is %s gets lines without escape sequences',
  async (_, environment, command) => {
    const alice = await Guest.known('alice');
    const visit = alice.atTerminal(command, { ...environment, NO_COLOR: '1' });
    await visit.shows('Welcome alice');
    await visit.shows('alice@corkboard> ');
    visit.type('%pi\x7fing\r');
    await visit.shows('[INFO] pong\r\n');
    await visit.shows('alice@corkboard> ');
    visit.type('%connect 127.0.0.1 22\r');
    await visit.shows('[ERROR]');
    visit.type('%password\r');
    await visit.shows('New password: ');
    visit.type('secret-words\r');
    await visit.shows('The same again: ');
    visit.type('secret-words\r');
    await visit.shows('[SUCCESS]');
    expect(visit.raw).not.toContain('secret-words');
    expect(visit.raw).not.toContain('\x1b');
    expect(visit.raw).not.toMatch(/(?<!\r)\n/);
    visit.type('\x04');
    expect(await visit.exited).toBe(0);
  },
);

test('a small terminal gets the line client with its keys', async () => {
  const alice = await Guest.known('alice');
  const visit = alice.atTerminal(undefined, { TERM: 'xterm' }, [39, 24]);
  await visit.shows('@corkboard> ');
  visit.type('%whoa\t\r');
  await visit.shows('in no group yet');
  // Nothing of it runs a program on the server.
  visit.type('%compose Subject\r');
  await visit.shows('[ERROR]');
  expect(visit.raw).not.toContain('\x1b[?1049h');
  visit.type('%exit\r');
  expect(await visit.exited).toBe(0);
  expect(visit.raw).toContain('\x1b[?2004l');
});

test('without a terminal and a command, each line is run as a command', async () => {
  const alice = await Guest.known('alice');
  const good = await alice.run(undefined, '%join\n%post Lunch Who is in?\n%list\n');
  expect(good).toMatchObject({ code: 0, stderr: '' });
  expect(good.stdout).toContain('Message 1 posted in main.');
  expect(good.stdout).not.toContain('\x1b');
  const bad = await alice.run('--plain', '%ping\n%lst\n');
  expect(bad).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('line 2: %lst: There is no'),
  });
  expect((await alice.run(undefined, '%connect 127.0.0.1 22\n')).code).toBe(1);
});

test('post on a terminal reads lines to Ctrl-D, and Ctrl-C posts nothing', async () => {
  const alice = await Guest.known('alice');
  await alice.run('join main');
  const post = alice.atTerminal('post main Lunch');
  await post.shows('Ctrl-D on a line of its own ends it.');
  post.type('Who is in?\rI am.\r\x04');
  await post.shows('Message');
  expect(await post.exited).toBe(0);
  const given = alice.atTerminal('post main Dinner');
  await given.shows('ends it.');
  given.type('Never mind\r\x03');
  expect(await given.exited).toBe(130);
  const { stdout } = await alice.run('list main');
  expect(stdout).toContain('Subject: Lunch');
  expect(stdout).not.toContain('Dinner');
});

test('on a terminal a command is in colours and in the time zone of the visitor, and Ctrl-C ends tail', async () => {
  const alice = await Guest.known('alice');
  await alice.run('join main');
  await alice.run('post main Lunch', 'Who is in?');
  const list = alice.atTerminal('list main', { TERM: 'xterm-256color', TZ: 'Asia/Tokyo' });
  expect(await list.exited).toBe(0);
  const clock = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit' },
  });
  const times = [0, -60_000, -120_000].map((ago) => clock.format(Date.now() + ago));
  expect(times.some((time) => list.raw.includes(` ${time} `))).toBe(true);
  expect(list.raw).toContain('\x1b[');
  const tail = alice.atTerminal('tail main');
  await tail.shows('Following main as alice.');
  tail.type('\x03');
  expect(await tail.exited).toBe(130);
});
