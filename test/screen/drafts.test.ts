import { expect, test } from 'vitest';
import { KeptDrafts } from '../../src/screen/program/kept-drafts.ts';
import { draftsInMemory } from '../../src/screen/widgets/drafts.ts';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

/** Alice reads a message of plans, a group of bob. */
async function reading() {
  const { board, bob, password } = await stage();
  await bob.call('group.create', { name: 'plans' });
  const alice = await board.protectedProgram('alice', password);
  await alice.call('group.join', { group: 'plans' });
  await bob.call('message.post', { group: 'plans', subject: 'Trip', content: 'On Sunday?' });
  const screen = await ScreenTester.open(board, { password, columns: 100, rows: 24 });
  await screen.shows('On Sunday?');
  const textOf = async (number: number) =>
    (await screen.board.call('message.get', { group: 'plans', number })).content;
  return { board, bob, screen, textOf };
}

test('a draft that cannot be sent is shown with the reason, and stays when its box is closed', async () => {
  const { bob, screen } = await reading();
  await screen.typed('rYes, please.\x1b', 'The draft is kept');
  await bob.call('message.delete', { group: 'plans', number: 1 });
  await screen.shows('deleted by bob');
  await screen.typed(':drafts\r', 'plans#1 Yes, please.');
  await screen.typed('\r', 'There is no message 1');
  await screen.typed('\x1b', 'The draft is kept');
  await bob.call('group.remove', { group: 'plans', user: 'alice' });
  await screen.shows('You were removed from plans');
  await screen.typed(':drafts\r', 'plans#1 Yes, please.');
  await screen.typed('\r', 'You are not in plans, so this cannot be sent there.');
  await screen.typed('\x1b', 'The draft is kept');
  await screen.shows('plans#1 Yes, please.');
});

test('a box that takes the place of another one loses neither text', async () => {
  const { board, screen } = await reading();
  await screen.typed('rYes, please.\x1b', 'The draft is kept');
  await screen.typed(':drafts\r', 'plans#1 Yes, please.');
  // The board is asked for the message once the connection is back. The box opens then.
  await board.restart(
    async () => {
      await screen.shows('not connected');
      screen.type('\r');
      await screen.typed('qqcAnother\rWhere to?', 'Where to?');
    },
    { port: board.port },
  );
  await screen.shows('Reply to #1 of bob in plans');
  await screen.typed('\x1b', 'The draft is kept');
  await screen.typed(':drafts\r', 'plans#1 Yes, please.');
  await screen.shows(/plans +Another/);
});

test('a text that waits for the connection stays as it is, and a later draft of its place stays', async () => {
  const { board, screen, textOf } = await reading();
  await board.restart(
    async () => {
      await screen.shows('not connected');
      await screen.typed('rYes.\x13', 'There is no connection. The text is sent when it is back.');
      screen.type(' And more');
      await screen.typed('\x1bOP', 'While you write a message');
      await screen.typed('q', 'Yes.');
      expect(screen.text).not.toContain('And more');
      await screen.typed('\x1b', 'The draft is kept');
      await screen.typed('r And more\x1b', 'The draft is kept');
    },
    { port: board.port },
  );
  await screen.shows('Your reply is message 2 of plans.');
  expect(await textOf(2)).toBe('Yes.');
  await screen.typed(':drafts\r', 'plans#1 Yes. And more');
});

test('the text of a command that is refused stays a draft', async () => {
  const { bob, screen } = await reading();
  await screen.typed(':post Tents\r', ':post Tents');
  await screen.typed('Who has one?', 'Who has one?');
  await bob.call('group.remove', { group: 'plans', user: 'alice' });
  await screen.typed('\x13', /not in plans|not a member of plans/);
  await screen.typed(':drafts\r', ':post Tents Who has one?');
});

test('the draft of a command is gone when the command is done', async () => {
  const { screen, textOf } = await reading();
  await screen.typed(':post Tents\r', ':post Tents');
  await screen.typed('Who has one?\x13', 'Message 2 posted in plans.');
  await screen.typed('q', 'On Sunday?');
  await screen.typed(':drafts\r', 'There are no drafts.');
  expect(await textOf(2)).toBe('Who has one?');
});

test('a draft follows its group, whoever renames it and whenever', async () => {
  const { board, screen } = await reading();
  await screen.typed('rYes, please.\x1b', 'The draft is kept');
  const screenOfBob = await ScreenTester.open(board, { password: 'correct horse', user: 'bob' });
  await screenOfBob.typed('gplans\r', 'On Sunday?');
  await screenOfBob.typed('rAt ten.\x1b', 'The draft is kept');
  await screenOfBob.typed(':set plans name ideas\r', 'The group is called ideas now.');
  await screenOfBob.typed(':drafts\r', 'ideas#1 At ten.');
  await screen.typed(':drafts\r', 'ideas#1 Yes, please.');
  const renamed = "UPDATE groups SET name = 'events', name_key = 'events' WHERE name = 'ideas'";
  await board.restart(
    async () => {
      await screen.shows('not connected');
      board.database().exec(renamed);
    },
    { port: board.port },
  );
  await screen.shows('events#1 Yes, please.');
});

test('drafts follow two groups of which one got the name of the other while the screen was not connected', async () => {
  const { board, bob, screen } = await reading();
  await bob.call('group.create', { name: 'talks' });
  await bob.call('message.post', { group: 'talks', subject: 'Cats', content: 'Who speaks?' });
  await screen.typed('rYes, please.\x1b', 'The draft is kept');
  await screen.typed(':join talks\r', 'You joined talks.');
  await screen.typed('qgtalks\r', 'Who speaks?');
  await screen.typed('rI do.\x1b', 'The draft is kept');
  const rename = (from: string, to: string) =>
    `UPDATE groups SET name = '${to}', name_key = '${to}' WHERE name = '${from}';`;
  await board.restart(
    async () => {
      await screen.shows('not connected');
      board.database().exec(rename('talks', 'cats') + rename('plans', 'talks'));
    },
    { port: board.port },
  );
  await screen.shows('cats ✎');
  await screen.typed(':drafts\r', 'cats#1 I do.');
  await screen.shows('talks#1 Yes, please.');
});

test('two screens of a user move a draft to the new name of its group once', () => {
  const store = draftsInMemory();
  store.set('plans', { text: 'On Sunday' });
  const screens = [new KeptDrafts(store), new KeptDrafts(store)];
  for (const drafts of screens) drafts.renamed(new Map([['plans', 'ideas']]));
  for (const drafts of screens) {
    expect(drafts.places()).toEqual(['ideas']);
    expect(drafts.get('ideas')).toEqual({ text: 'On Sunday' });
  }
});

test('a draft does not take the place of the one that its new name has', () => {
  const store = draftsInMemory();
  store.set('plans', { text: 'On Sunday' });
  store.set('ideas', { text: 'On Monday' });
  const drafts = new KeptDrafts(store);
  drafts.renamed(new Map([['plans', 'ideas']]));
  expect(drafts.get('ideas')).toEqual({ text: 'On Monday' });
  expect(drafts.get('plans')).toEqual({ text: 'On Sunday' });
});

test.each<[string, Record<string, string>]>([
  ['one after the other', { plans: 'ideas', news: 'plans' }],
  ['in a chain, known in the other order', { news: 'plans', plans: 'ideas' }],
  ['against each other', { news: 'plans', plans: 'news' }],
  ['in a ring of three', { news: 'plans', plans: 'ideas', ideas: 'news' }],
])('drafts follow groups whose names were changed %s', (_, names) => {
  const store = draftsInMemory();
  const groups = Object.keys(names);
  for (const group of groups) {
    store.set(group, { text: `For ${group}` });
    store.set(`${group}#7 edit`, { text: `For 7 of ${group}` });
  }
  const drafts = new KeptDrafts(store);
  drafts.renamed(new Map(Object.entries(names)));
  const places = Object.values(names).flatMap((name) => [name, `${name}#7 edit`]);
  expect(drafts.places().sort()).toEqual(places.sort());
  expect(store.places().sort()).toEqual(places);
  for (const group of groups) {
    expect(drafts.get(`${names[group]}`)?.text).toBe(`For ${group}`);
    expect(drafts.get(`${names[group]}#7 edit`)?.text).toBe(`For 7 of ${group}`);
  }
});

test('a draft that the store has lost is not listed any more', () => {
  const store = draftsInMemory();
  store.set('plans', { text: 'On Sunday' });
  const drafts = new KeptDrafts(store);
  store.set('plans', undefined);
  expect(drafts.get('plans')).toBeUndefined();
  expect(drafts.places()).toEqual([]);
});
