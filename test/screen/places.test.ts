import { expect, test } from 'vitest';
import { groupName } from '../../src/board/names.ts';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

/** Alice reads a message of main. */
async function reading(columns: number, rows: number) {
  const { board, bob, post, password } = await stage();
  await post('main', 'Lunch', 'Who is in?');
  const screen = await ScreenTester.open(board, { password, columns, rows });
  await screen.shows('Lunch');
  return { board, bob, post, password, screen };
}

test('the left column ends with the groups that can be joined, and the list of them follows the board', async () => {
  const { board, bob, screen } = await reading(100, 24);
  await screen.shows(/^ \+ join a group +3 │/m);
  await bob.call('group.create', { name: 'plans', description: 'What comes' });
  await screen.typed('\t\t\x1b[F', '+ join a group');
  await screen.typed(
    '\r',
    'You are not in these groups. Enter joins the group that the cursor is on.',
  );
  await screen.shows(/plans What comes +1 member/);
  await bob.call('group.edit', { group: 'plans', name: 'ideas', description: 'Anything' });
  await screen.shows(/ideas Anything/);
  await screen.until(() => !screen.text.includes('plans'));
  await bob.call('group.create', { name: 'hidden', access: 'secret' });
  await board.operate((operator) => operator.createGroup(groupName('trips'), 'Away'));
  await screen.shows(/trips Away/);
  expect(screen.text).not.toContain('hidden');
  await bob.call('group.delete', { group: 'ideas' });
  await screen.until(() => !screen.text.includes('ideas'));
  await screen.typed('q', 'Who is in?');
  await screen.typed('\x1b[F\r', /trips Away/);
  await screen.typed('\x1b[F', 'Enter join');
  await screen.typed('\r', 'You joined trips.');
  await screen.shows(/^▸trips/m);
});

test.each([
  [40, 10],
  [80, 24],
])(
  'a group is joined from the list at %i×%i, and q goes back to where the user was',
  async (columns, rows) => {
    const { screen } = await reading(columns, rows);
    await screen.typed('q', '+ join a group');
    await screen.typed('\x1b[F\r', '0 member');
    await screen.shows('Enter join');
    await screen.typed('q', '+ join a group');
    await screen.typed('\x1b[F\r', '0 member');
    await screen.typed('\r', 'You joined');
  },
);

test('a group by invitation is not offered as if it could be joined', async () => {
  const { bob, screen } = await reading(80, 24);
  await bob.call('group.create', { name: 'board', access: 'invite' });
  // The notice that there is another group comes before this answer.
  await screen.board.call('ping', {});
  await screen.typed(
    'gboard\r',
    'Only those who are invited can join board. You are still in main.',
  );
});

test.each([
  [40, 10],
  [80, 24],
])(
  'g to a user who cannot be written to says so at once and whole at %i×%i',
  async (columns, rows) => {
    const { board, screen } = await reading(columns, rows);
    const carol = await board.memberProgram('carol');
    await carol.call('ping', {});
    await screen.typed('g', '@carol');
    await screen.typed(
      'carol\r',
      /The name carol is not protected\.[\s\S]*You are still in\s+main\./,
    );
    expect(screen.text).not.toContain('(y/N)');
    await screen.typed('c', 'New thread in main');
  },
);

test('a user who may be written to gets the box at once, and nothing is begun before it is sent', async () => {
  const { bob, screen } = await reading(40, 10);
  await screen.typed('gbob\r', 'Write to bob alone? (y/N)');
  await screen.typed('y', 'Message to bob');
  await screen.typed('Hello\x1b', 'The draft is kept until you leave.');
  expect((await bob.call('direct.list', {})).conversations).toEqual([]);
  await screen.typed('gbob\r', 'Write to bob alone? (y/N)');
  await screen.typed('y', 'Hello');
  await screen.typed('\x13', 'Posted as message 1 of @bob.');
  expect((await bob.call('message.get', { group: '@alice', number: 1 })).content).toBe('Hello');
});

test('drafts are marked and listed, and q asks before they are left', async () => {
  const { screen } = await reading(100, 24);
  await screen.typed('rHalf a thought\x1b', 'The draft is kept');
  await screen.shows('✎ Lunch');
  await screen.shows(/^▸main ✎/m);
  await screen.typed('cTrip\rOn Sunday\x1b', 'The draft is kept');
  await screen.shows(/^ ✎ drafts +2 │/m);
  await screen.typed(':drafts\r', 'Drafts are kept until you leave.');
  await screen.shows(/main#1 Half a thought/);
  await screen.typed('j\r', 'New thread in main');
  await screen.typed('?\x13', 'Posted as message 2 of main.');
  await screen.until(() => !/main +Trip/.test(screen.text));
  await screen.typed('\x03', '1 draft (main#1) is kept until you leave. Leave the board? (y/N)');
  await screen.typed('n', 'Half a thought');
  await screen.typed('\r', 'Reply to #1 of bob in main');
  await screen.typed('.\x13', 'Your reply is message 3 of main.');
  await screen.shows('There are no drafts.');
  await screen.typed('\x03', 'Leave the board? (y/N)');
});

test('a draft goes with a new name of its group, and can be read after the user is removed', async () => {
  const { board, bob, screen } = await reading(100, 24);
  await bob.call('group.create', { name: 'plans' });
  const other = await board.protectedProgram('alice', 'correct horse');
  await other.call('group.join', { group: 'plans' });
  await screen.shows(/^ plans/m);
  await screen.typed('gplans\r', 'No messages yet.');
  await screen.typed('cTrip\rOn Sunday\x1b', 'The draft is kept');
  await bob.call('group.edit', { group: 'plans', name: 'ideas' });
  await screen.shows('plans is now called ideas.');
  await screen.shows(/^▸ideas ✎/m);
  await bob.call('group.remove', { group: 'ideas', user: 'alice' });
  await screen.shows('You were removed from ideas');
  await screen.typed(':drafts\r', /ideas Trip/);
  await screen.typed('\r', 'You are not in ideas, so this cannot be sent there.');
  await screen.shows('On Sunday');
});
