import { expect, test } from 'vitest';
import { groupName, userName } from '../../src/board/names.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { toTheEnd } from '../contract/storage.ts';
import { exported, imported } from '../helpers/moved.ts';
import { login, openBoard, type StoredBoard } from '../helpers/storage.ts';
import { fillModeration, lookAfter } from './looked-after.ts';

function problems({ client }: StoredBoard): string[] {
  return healthChecks.flatMap((check) => problemsOf(check, client));
}

async function looked(): Promise<StoredBoard> {
  const board = openBoard();
  await fillModeration(board, lookAfter(board));
  return board;
}

test('access, roles and all that moderators set are the same after an export and an import', async () => {
  const board = await looked();
  expect(problems(board)).toEqual([]);
  const lines = await exported(board.file);
  const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
  for (const type of ['restriction', 'invitation', 'logged', 'closed', 'pin', 'report']) {
    expect(types).toContain(type);
  }
  expect(lines.join('\n')).not.toContain('dropped');
  const file = await imported(lines);
  expect(await exported(file)).toEqual(lines);

  const copy = openBoard({ file });
  expect(problems(copy)).toEqual([]);
  const { groups, operator } = lookAfter(copy);
  const bob = await login(copy, 'bob');
  const [first, second] = (await operator.groups()).filter(({ name }) => name === 'plans');
  expect([first?.owner, second?.owner]).toEqual(['alice', 'bob']);
  // The name leads bob to his own secret group, and its key has the number that the group has now.
  expect((await groups.show(bob, { key: 'plans', name: 'plans' })).group.id).toBe(second?.id);
  const byKey = { key: `plans#${first?.id}`, name: 'plans' };
  expect(await operator.group(byKey)).toMatchObject({ owner: 'alice' });
  const several = operator.group({ key: 'plans', name: 'plans' });
  await expect(several).rejects.toThrow(`plans#${first?.id}, plans#${second?.id}`);
  const details = await operator.group({ key: 'chess', name: 'chess' });
  expect(details).toMatchObject({ owner: 'alice', access: 'invite', posting: 'moderators' });
  expect(details.moderation).toMatchObject({ pins: [3], closedThreads: [2], openReports: 1 });
  const lost = await operator.group({ key: 'lost', name: 'lost' });
  expect(lost).toMatchObject({ owner: null, createdBy: expect.any(Number) });
  // The code still works, and only its hash was in the export.
  expect(lines.join('\n')).not.toContain('sesame');
  const guest = await login(copy, 'guest');
  await copy.repository.join(guest, { key: 'chess', name: 'chess' }, 'sesame');
});

test('an export without passwords has no roles, because a name without a password has none', async () => {
  const board = await looked();
  const lines = await exported(board.file, false);
  expect(lines.join('\n')).not.toContain('roleSince');
  const copy = openBoard({ file: await imported(lines) });
  expect(problems(copy)).toEqual([]);
});

test('an import refuses roles, codes and pins that no board can have', async () => {
  const lines = await exported((await looked()).file);
  const at = (needle: string) => {
    const index = lines.findIndex((line) => line.includes(needle));
    if (index === -1) throw new Error(`no line has ${needle}`);
    return index;
  };
  /** The lines with a change in the first line that has `needle`. */
  const spoiled = (needle: string, from: string | RegExp, to: string) =>
    lines.map((line, index) => (index === at(needle) ? line.replace(from, to) : line));
  const owner = '"role":"owner"';
  const cases: [string[], RegExp][] = [
    [
      spoiled('"name":"alice"', /"passwordHash":"[^"]*"/, '"passwordHash":null'),
      /role: Only a user with a password or an SSH key has a role/,
    ],
    [spoiled('"role":"moderator"', 'moderator', 'owner'), /role: A line above has the owner/],
    [spoiled(owner, /,"roleSince":"[^"]*"/, ''), /roleSince: It has to be there with role/],
    [spoiled(owner, '"owner"', '"operator"'), /role: Invalid/],
    [spoiled('"type":"pin"', '"number":3', '"number":9'), /does not hold up: .*pin .*message 9/],
    [spoiled('"type":"report"', /"number":\d/, '"number":9'), /does not hold up: .*report .* 9/],
    [spoiled('"type":"closed"', '"thread":2', '"thread":9'), /does not hold up: thread 9 of chess/],
    [spoiled('"act":"bar"', '"bar"', '"burn"'), /act: Invalid/],
    [spoiled('"Advertising"', 'Advertising', 'x'.repeat(201)), /reason: .*too long/],
    [spoiled('"about"', /"about":"[^"]*"/, `"about":"${'x'.repeat(4097)}"`), /about: .*too long/],
    [spoiled('"codeHash"', /"codeHash":"../, '"codeHash":"'), /codeHash: /],
    [spoiled('"kind":"barred"', '"barred"', '"silenced"'), /A silence has until/],
    [
      spoiled('"kind":"barred"', '"mallory"', '"bob"'),
      /does not hold up: bob is silenced .* member/,
    ],
    [
      spoiled('"name":"main"', '"id"', '"access":"invite","id"'),
      /access: The public group is open/,
    ],
    [
      spoiled('"type":"invitation"', /"group":"[^"]*"/, '"group":"@1"'),
      /No line above has a group @1/,
    ],
    [spoiled('"type":"board"', '"version":2', '"version":1'), /Version 1 has no /],
    [spoiled('"type":"board"', '"pins":2', '"pins":1'), /says 1 pins, and there are 2/],
    [
      lines.map((line, index) =>
        index === at('"name":"plans"') ? line.replace(/"access":"secret",/, '') : line,
      ),
      /No line above has a group plans#/,
    ],
  ];
  for (const [broken, says] of cases) {
    const refused = await imported(broken).catch((error: Error) => error.message);
    expect(refused).toMatch(says);
  }
});

test('db check finds roles, keys and rules that no board can have', async () => {
  const board = await looked();
  const { client } = board;
  const cases: [string, RegExp][] = [
    ["UPDATE memberships SET role = 'owner' WHERE role = 'moderator'", /^chess has 2 owners$/],
    ['UPDATE memberships SET role_since = NULL', /has a role in .* without its time/],
    ["UPDATE users SET password_hash = NULL WHERE name = 'alice'", /alice has a role in chess/],
    [
      "UPDATE groups SET name_key = 'plans' WHERE id = (SELECT min(id) FROM groups WHERE name = 'plans')",
      /^the key of the secret group plans/,
    ],
    [
      "UPDATE groups SET skeleton = 'plans' WHERE access = 'secret'",
      /^the key of the secret group/,
    ],
    [
      "UPDATE groups SET name_key = 'chess#9' WHERE name = 'chess'",
      /^the key of the invite group chess/,
    ],
    ['UPDATE pins SET number = 77', /^a pin is about message 77 of chess, which is not there$/],
    [
      'UPDATE reports SET number = 77 WHERE id = (SELECT min(id) FROM reports)',
      /^a report is about message 77 of chess/,
    ],
    ['UPDATE closed_threads SET thread = 77', /^thread 77 of chess is closed/],
    [
      "UPDATE restrictions SET until = NULL WHERE kind = 'silenced'",
      /^eve is silenced in chess without/,
    ],
    [
      "INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, role, role_since) SELECT id, 1, 1, 0, 'owner', 1 FROM groups WHERE kind = 'removed'",
      /^the group dropped was removed, and still has/,
    ],
    [
      "UPDATE groups SET member_count = 1 WHERE kind = 'removed'",
      /^the group dropped was removed, and still has/,
    ],
    [
      'UPDATE invitations SET code_hash = NULL WHERE user_id IS NULL',
      /^an invitation to chess is neither/,
    ],
  ];
  for (const [damage, says] of cases) {
    client.exec('BEGIN');
    client.exec(damage);
    expect(problems(board)).toContainEqual(expect.stringMatching(says));
    client.exec('ROLLBACK');
  }
  expect(problems(board)).toEqual([]);
});

test('a deleted owner is followed by the moderator with the oldest role, and a renamed owner stays', async () => {
  const board = openBoard();
  const { groups, operator, protect } = lookAfter(board);
  const [alice, bob, carol] = [
    await protect('alice'),
    await protect('bob'),
    await protect('carol'),
  ];
  const made = { name: groupName('chess'), description: '', access: 'open' } as const;
  const { group } = await groups.create(alice, made, 'protected');
  for (const actor of [carol, bob]) await board.repository.join(actor, group);
  for (const name of ['carol', 'bob']) await groups.setRole(alice, group, name, 'moderator');
  const owner = async () => (await operator.group(group)).owner;

  await operator.renameUser('alice', userName('alicia'));
  expect(await owner()).toBe('alicia');
  await operator.deleteUser('alicia', 'keep', toTheEnd);
  expect(await owner()).toBe('carol');
  await operator.setPassword('carol', null);
  expect(await owner()).toBe('bob');
  await operator.banUser('bob', '');
  expect(await owner()).toBeNull();
  const { lines } = await operator.moderation.log(group, { limit: 3 });
  expect(lines).toMatchObject([
    { act: 'role', by: null, user: 'carol', detail: 'member' },
    { act: 'role', by: null, user: 'bob', detail: 'owner' },
    { act: 'role', by: null, user: 'bob', detail: 'member' },
  ]);
  expect(problems(board)).toEqual([]);
});
