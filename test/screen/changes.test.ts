import { expect, test } from 'vitest';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

/** Alice reads a thread of plans, a group of bob. */
async function reading(columns = 100, rows = 24) {
  const { board, bob, password } = await stage();
  await bob.call('group.create', { name: 'plans' });
  const alice = await board.protectedProgram('alice', password);
  await alice.call('group.join', { group: 'plans' });
  await bob.call('message.post', { group: 'plans', subject: 'Trip', content: 'On Sunday?' });
  const screen = await ScreenTester.open(board, { password, columns, rows });
  await screen.shows(rows < 20 ? 'Trip' : 'On Sunday?');
  return { board, bob, screen };
}

/** What a silenced user is told, on any number of rows. */
const silenced = (until: string) =>
  new RegExp(`You are silenced in plans until\\s+${until.slice(0, 19)}Z\\.`);

const last = (screen: ScreenTester) => screen.rows.at(-1) ?? '';

test('a new name of the group is in the columns, the last row and the box at once', async () => {
  const { bob, screen } = await reading();
  await screen.typed('r', 'Reply to #1 of bob in plans');
  await bob.call('group.edit', { group: 'plans', name: 'ideas' });
  await screen.shows('Reply to #1 of bob in ideas');
  await screen.shows(/^▸ideas/m);
  await screen.typed('Yes.\x13', 'Your reply is message 2 of ideas.');
  await screen.typed('j', /ideas › /);
});

test('a closed thread offers no reply, and its box says why it cannot be sent', async () => {
  const { bob, screen } = await reading();
  await screen.typed('rYes.', 'Yes.');
  await bob.call('thread.close', { group: 'plans', thread: 1 });
  await screen.shows('Thread 1 of plans is closed: only its moderators can reply.');
  await screen.typed('\x13\x1b', 'The draft is kept');
  await screen.typed('k', ' closed ');
  await screen.until(() => !last(screen).includes('r reply'));
  await screen.typed('r', 'Thread 1 of plans is closed');
  expect(screen.text).not.toContain('Reply to');
  await bob.call('thread.reopen', { group: 'plans', thread: 1 });
  await screen.until(() => !screen.text.includes(' closed '));
  await screen.typed('r', 'Yes.');
});

test('where only moderators write, neither a thread nor a reply is offered, until the user is one', async () => {
  const { bob, screen } = await reading();
  await bob.call('group.edit', { group: 'plans', posting: 'moderators', replying: 'moderators' });
  await screen.until(() => !/r reply|c new/.test(last(screen)));
  await screen.typed('c', 'Only moderators of plans can begin threads.');
  await screen.typed('r', 'Only moderators of plans can reply.');
  await screen.typed('d', 'Message 1 of plans is not yours.');
  await bob.call('group.setRole', { group: 'plans', user: 'alice', role: 'moderator' });
  await screen.typed('k', /r reply {2}c new/);
  await screen.typed('d', 'Delete plans#1?');
  await screen.typed('n', 'Nothing was deleted.');
  await bob.call('group.setRole', { group: 'plans', user: 'alice', role: 'member' });
  await screen.typed('k', 'Space next');
  await screen.until(() => !/r reply|c new/.test(last(screen)));
});

test('a silenced user is told so before a text is written, and offered to write again after it', async () => {
  const { bob, screen } = await reading(40, 10);
  const until = new Date(Date.now() + 86_400_000).toISOString();
  await screen.typed('c', 'New thread in plans');
  await bob.call('group.silence', { group: 'plans', user: 'alice', until });
  await screen.shows(silenced(until));
  screen.type('\x1b');
  await screen.until(() => !screen.text.includes('New thread'));
  await screen.typed('c', silenced(until));
  await bob.call('group.unsilence', { group: 'plans', user: 'alice' });
  await screen.typed('k', 'c new');
});

test('a silence from before the login is known', async () => {
  const { board, bob, password } = await stage();
  await bob.call('group.create', { name: 'plans' });
  const alice = await board.protectedProgram('alice', password);
  for (const group of ['main', 'news']) await alice.call('group.leave', { group });
  await alice.call('group.join', { group: 'plans' });
  const until = new Date(Date.now() + 86_400_000).toISOString();
  await bob.call('group.silence', { group: 'plans', user: 'alice', until });
  const screen = await ScreenTester.open(board, { password, columns: 80, rows: 24 });
  await screen.shows('No messages yet');
  await screen.until(() => last(screen).includes('? keys') && !last(screen).includes('c new'));
  await screen.typed('c', silenced(until));
});

test('a reply to a message that is deleted meanwhile is not sent, and stays a draft', async () => {
  const { bob, screen } = await reading();
  await screen.typed('rYes.', 'Yes.');
  await bob.call('message.delete', { group: 'plans', number: 1 });
  await screen.shows('Message 1 of plans was deleted. Your text stays a draft.');
  await screen.typed('\x13\x1b', 'The draft is kept');
  await screen.shows(/^ ✎ drafts +1/m);
});

test.each([
  ['removed from it', 'group.remove', 'You were removed from plans by bob'],
  ['barred from it', 'group.bar', 'You were barred from plans by bob'],
])('a user who is %s while writing keeps the text and learns it', async (_, method, told) => {
  const { bob, screen } = await reading();
  await screen.typed('rYes.', 'Yes.');
  const act = { group: 'plans', user: 'alice' };
  if (method === 'group.bar') await bob.call('group.bar', act);
  else await bob.call('group.remove', act);
  await screen.shows('You are not in this group any more.');
  await screen.typed('\x13\x1b', told);
  await screen.shows(/^▸main/m);
  await screen.typed(':drafts\r', /plans#1 Yes\./);
});

test('a group that is deleted while the user is in it gives way to another, and its name is told', async () => {
  const { bob, screen } = await reading();
  await bob.call('group.delete', { group: 'plans' });
  await screen.shows(/^▸main/m);
  await screen.shows('plans was removed by bob.');
  await screen.until(() => !/^.plans .*│/m.test(screen.text));
  await screen.typed('c', 'New thread in main');
});

test('c, X and i in the list of groups are about the group that the cursor is on', async () => {
  const { screen } = await reading();
  // From plans, where the index is, up to main.
  await screen.typed('\t\t\x1b[H', /^▸plans/m);
  await screen.typed('c', 'New thread in main');
  screen.type('\x1b');
  await screen.until(() => !screen.text.includes('New thread'));
  await screen.typed('i', 'Members of main');
});
