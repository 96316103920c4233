import { expect, test } from 'vitest';
import type { Header } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer, Received } from '../helpers/json-peer.ts';
import { undated } from './support.ts';

const main = { group: 'main' };

async function post(peer: JsonPeer, subject: string): Promise<Header> {
  return peer.call('message.post', { ...main, subject, content: `${subject}, in full` });
}

/** The notices of changes: the method, the number of the message, and who has deleted it. */
function changesIn(received: readonly Received[]): unknown[] {
  return received.flatMap(({ method, params = {} }) => {
    if (method === 'message.deleted') return [[method, params.number, params.by]];
    if (method !== 'message.edited') return [];
    return [[method, (params.message as Header).number]];
  });
}

test('an edit and a deletion are announced to those who can see the message, and to nobody else', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const early = await board.memberProgram('early');
  const earlyPerson = await board.member('earlyperson');
  for (const subject of ['one', 'two', 'three']) await post(alice, subject);
  const late = await board.memberProgram('late');
  const latePerson = await board.member('lateperson');
  const all = [early, late];
  for (const peer of all) await peer.notices();
  await earlyPerson.receivedSoFar();
  await latePerson.receivedSoFar();

  // The last two messages from before joining are seen, the one before them is not.
  const sent = async () => {
    const programs = [];
    for (const peer of all) programs.push(changesIn(await peer.notices()));
    return {
      programs,
      people: [await earlyPerson.receivedSoFar(), await latePerson.receivedSoFar()],
    };
  };
  const edited = await alice.call('message.edit', { ...main, number: 1, content: 'secret' });
  expect(edited).toMatchObject({ group: 'main', groupId: 1, number: 1, revision: 1 });
  const editOfOne = '[GROUP:main] [NOTIFY] alice edited a message (ID: 1, Subject: one)\n';
  expect(await sent()).toEqual({
    programs: [[['message.edited', 1]], []],
    people: [editOfOne, ''],
  });
  await alice.call('message.delete', { ...main, number: 1 });
  expect(await sent()).toEqual({
    programs: [[['message.deleted', 1, 'alice']], []],
    people: ['[GROUP:main] [NOTIFY] Message 1 was deleted by alice.\n', ''],
  });
  await alice.call('message.edit', { ...main, number: 2, subject: 'zwei' });
  const editOfTwo = '[GROUP:main] [NOTIFY] alice edited a message (ID: 2, Subject: zwei)\n';
  expect(await sent()).toEqual({
    programs: [[['message.edited', 2]], [['message.edited', 2]]],
    people: [editOfTwo, editOfTwo],
  });
  // Changes of one turn between other notices, in their order.
  await Promise.all([
    post(alice, 'four'),
    alice.call('message.edit', { ...main, number: 3, content: 'drei' }),
    post(alice, 'five'),
    alice.call('message.delete', { ...main, number: 3 }),
  ]);
  const later = await late.notices();
  expect(later.map(({ method }) => method)).toEqual([
    ...['message.posted', 'message.edited', 'message.posted', 'message.deleted'],
  ]);
});

test('the operator deletes messages of members, who are notified if they could see them', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  for (const subject of ['one', 'two', 'three']) await post(alice, subject);
  const late = await board.memberProgram('late');
  await alice.notices();
  await board.operate((operator) => operator.deleteMessages({ id: 1 }, [1, 2]));
  expect(changesIn([await alice.notice(), await alice.notice()])).toEqual([
    ['message.deleted', 1, null],
    ['message.deleted', 2, null],
  ]);
  expect(changesIn(await late.notices())).toEqual([['message.deleted', 2, null]]);
});

test('another session of the sender is notified of an edit; the session that edits gets the reply', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'correct horse');
  const laptop = await board.protectedProgram('alice', 'correct horse');
  const phone = await board.protectedProgram('alice', 'correct horse');
  await laptop.call('group.join', main);
  await post(laptop, 'one');
  const { revision } = await phone.call('message.get', { ...main, number: 1 });
  await laptop.call('message.edit', { ...main, number: 1, content: 'from the laptop' });
  expect(changesIn(await phone.notices())).toEqual([['message.edited', 1]]);
  expect(changesIn(await laptop.notices())).toEqual([]);
  const late = { ...main, number: 1, content: 'from the phone', revision };
  expect((await phone.errorOf('message.edit', late)).word).toBe('EDIT_CONFLICT');
});

test('history comes in pages that end before they are too long', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await post(alice, 'one');
  for (let n = 1; n <= 20; n++) {
    await alice.call('message.edit', {
      ...main,
      number: 1,
      content: `${n}`.padEnd(32 * 1024, '.'),
    });
  }
  const seen: number[] = [];
  const sizes: number[] = [];
  for (let more = true; more; ) {
    const page = await alice.call('message.history', { ...main, number: 1, from: seen.length });
    seen.push(...page.revisions.map(({ revision }) => revision));
    sizes.push(page.revisions.reduce((sum, { content }) => sum + content.length, 0));
    ({ more } = page);
  }
  expect(seen).toEqual(Array.from({ length: 21 }, (_, at) => at));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
  const again = { ...main, number: 1, content: 'x' };
  expect((await alice.errorOf('message.edit', again)).word).toBe('TOO_MANY_EDITS');
});

test('changes come in pages, and the counter of a login leads to those that were made since', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  for (let n = 1; n <= 250; n++) await post(alice, `${n}`);
  const { groups } = await alice.call('group.list', {});
  const before = groups[0]?.change ?? 0;
  for (let n = 1; n <= 250; n++) {
    await alice.call('message.edit', { ...main, number: n, content: 'x' });
  }
  await board.operate((operator) => operator.deleteMessages({ id: 1 }, [7, 9]));
  await alice.notice();
  const found: unknown[] = [];
  let after = before;
  for (let more = true; more; ) {
    const page = await alice.call('group.changes', { ...main, after, limit: 100 });
    expect(page.changes.length).toBeLessThanOrEqual(100);
    found.push(...page.changes.map(({ number, by }) => (by === undefined ? number : [number, by])));
    ({ more, change: after } = page);
  }
  const edited = Array.from({ length: 250 }, (_, at) => at + 1).filter((n) => n !== 7 && n !== 9);
  expect(found).toEqual([...edited, [7, null], [9, null]]);
  expect((await alice.call('group.changes', { ...main, after })).changes).toEqual([]);
});

test('people edit with the rest of the line or with several lines, look back, and delete', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await alice.ask('%post Lunhc See yuo at noon');
  expect(await alice.ask('%edit 1 See you at noon')).toBe(
    '[SUCCESS] Message 1 in main is edited.\n',
  );
  alice.send('%edit 1');
  expect(await alice.expect('\n')).toBe(
    '[INFO] Write the new text of the message. A line with a single dot ends it, %cancel gives it up.\n',
  );
  alice.send('See you', '%exit', '..');
  expect(await alice.ask('.')).toBe('[SUCCESS] Message 1 in main is edited.\n');
  expect(undated(await alice.ask('%history #1'))).toBe(
    [
      ...['--- Message ID: 1 (Group: main), as posted ---', 'Date: DATE', 'Subject: Lunhc'],
      ...['-'.repeat(40), 'See yuo at noon', '-'.repeat(40)],
      ...['--- Message ID: 1 (Group: main), edit 1 ---', 'Date: DATE', 'Subject: Lunhc'],
      ...['-'.repeat(40), 'See you at noon', '-'.repeat(40)],
      ...['--- Message ID: 1 (Group: main), edit 2 ---', 'Date: DATE', 'Subject: Lunhc'],
      ...['-'.repeat(40), 'See you', '%exit', '.', '-'.repeat(40), ''],
    ].join('\n'),
  );
  expect(await alice.ask('%list')).toContain(' | Edited\n');
  alice.send('%edit 1', 'half');
  await alice.expect('gives it up.\n');
  expect(await alice.ask('%cancel')).toBe('[INFO] Nothing was changed.\n');
  expect(await alice.ask('%edit Minutes')).toBe(
    '[ERROR] Wrong arguments: the number is a number from 1 up, not "Minutes".\n' +
      '[INFO] Type: %edit <number> [content] (for another group: %groupedit <group> <number> [content])\n',
  );
  const bob = await board.member('bob');
  expect(await bob.ask('%edit 1')).toBe('[ERROR] Message 1 of main is not yours.\n');
  expect(await bob.ask('%groupdelete main 1')).toBe('[ERROR] Message 1 of main is not yours.\n');
  expect(await alice.ask('%delete last')).toContain('[SUCCESS] Message 1 in main is deleted.\n');
  expect(await bob.ask('%history 1')).toContain('[ERROR] There is no message 1 for you in main.');
});

test('a subject that is the first words of the content is corrected with it, and any other subject stays', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  const subjects = async () =>
    [...(await alice.ask('%list')).matchAll(/Subject: (.*?)(?: \||\n)/g)].map(([, is]) => is);
  alice.send(
    '%go main',
    'Tommorow at nine, as always, in the room at the end of the hall',
    '%post Lunhc Lunch',
  );
  await alice.expect('Message 2 posted');
  await alice.ask('%edit 1 Tomorrow at nine, as always, in the room at the end of the hall');
  await alice.ask('%edit 2 Lunch?');
  expect(await subjects()).toEqual(['Tomorrow at nine, as always, in the…', 'Lunhc']);
  alice.send('%edit 1', 'On Friday.');
  expect(await alice.ask('.')).toContain('is edited');
  alice.send('%edit 1', '  ');
  expect(await alice.ask('.')).toContain('[INFO] Nothing was changed.');
  expect(await subjects()).toEqual(['On Friday.', 'Lunhc']);
});

test('a deletion can have a reason, which those who are notified see, and which is not stored', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const main = { group: 'main' };
  for (const subject of ['one', 'two', 'three', 'four']) {
    await alice.call('message.post', { ...main, subject, content: 'c' });
  }
  const bob = await board.memberProgram('bob');
  const mallory = await board.member('mallory');
  const { change: after } = await bob.call('group.changes', { ...main, after: 0 });
  await bob.notices();
  await alice.call('message.delete', { ...main, number: 1, reason: 'bob cannot see this' });
  await alice.call('message.delete', { ...main, number: 3, reason: ' wrong\u0007\ngroup ' });
  const { params } = await bob.notice();
  expect(params).toMatchObject({ number: 3, by: 'alice', reason: 'wrong␇ group' });
  expect(await mallory.expect('\n')).toBe(
    '[GROUP:main] [NOTIFY] Message 3 was deleted by alice: wrong␇ group.\n',
  );
  const { changes } = await bob.call('group.changes', { ...main, after });
  expect(changes).toEqual([{ number: 3, by: 'alice', change: expect.any(Number) }]);
  const long = { ...main, number: 4, reason: 'x'.repeat(201) };
  expect(await alice.errorOf('message.delete', long)).toMatchObject({ word: 'TOO_LONG' });
  expect(await alice.call('message.get', { ...main, number: 4 })).toMatchObject({
    subject: 'four',
  });

  await mallory.ask('%post five x');
  expect(await mallory.ask('%delete 5 Asked and  answered.')).toContain('[SUCCESS] Message 5');
  const notices = await bob.notices();
  expect(notices.at(-1)?.params).toMatchObject({ number: 5, reason: 'Asked and  answered.' });
  await board.operate((operator) =>
    operator.deleteMessages({ key: 'main', name: 'main' }, [4], 'spam'),
  );
  expect((await bob.notice()).params).toMatchObject({ number: 4, by: null, reason: 'spam' });
});

test('the time to edit is a setting that a running server can change', async () => {
  const board = await TestBoard.start({ limits: { editTime: 0 } });
  const alice = await board.member('alice');
  await alice.ask('%post one first');
  expect(await alice.ask('%edit 1 x')).toBe('[ERROR] Messages cannot be edited on this board.\n');
  board.reconfigure({ access: 'open', editTime: 3_600_000 });
  expect(await alice.ask('%edit 1 x')).toContain('[SUCCESS]');
  const bot = await board.program('bot');
  expect((await bot.call('server.info', {})).limits).toMatchObject({
    editTime: 3_600_000,
    edits: 20,
  });
});
