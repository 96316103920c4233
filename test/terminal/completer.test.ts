import { expect, test } from 'vitest';
import { boardError } from '../../src/protocol/errors.ts';
import type { Role } from '../../src/protocol/rights.ts';
import type { Call } from '../../src/protocol/schemas.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';
import { plainStyle } from '../../src/protocol/text/style.ts';
import { complete } from '../../src/terminal/completer.ts';

/** A board with some members of main, a conversation with dave and one with a user who was deleted. */
function board(members: readonly string[] | undefined, role: Role): Call {
  const marks = { unread: 0, lastRead: 0, ranges: [], lastNumber: 1, change: 0 };
  const answers: Record<string, unknown> = {
    'direct.list': {
      conversations: [
        { id: 6, group: '@dave', ...marks },
        { id: 7, group: '@[deleted]', ...marks },
      ],
    },
    'group.show': { role },
    'group.list': { groups: [{ name: 'news', joined: true }] },
    'group.members': members && { members: members.map((name) => ({ name, online: false })) },
  };
  return (async (method: string) => {
    const answer = answers[method];
    if (!answer) throw boardError('NOT_MEMBER', 'main');
    return answer;
  }) as Call;
}

async function completions(
  line: string,
  members?: readonly string[],
  role: Role = 'member',
): Promise<string[]> {
  const context = { call: board(members, role), style: plainStyle, commands: textCommands };
  const found = await complete(line, context);
  return found?.candidates.map(({ text }) => text) ?? [];
}

test.each([
  ['%tell ', ['alice', 'dave', 'dora']],
  ['%tell d', ['dave', 'dora']],
  ['%tell @d', ['@dave', '@dora']],
  ['%block do', ['dora']],
  ['%grouplist @', ['@alice', '@dave', '@dora']],
  ['%grouplist ', ['news']],
  ['%search lunch in:', ['in:news', 'in:@dave']],
  ['%search in:@d', ['in:@dave']],
])('names of users are completed after %s', async (line, expected) => {
  expect(await completions(line, ['alice', 'dora'])).toEqual(expected);
});

test('a user who is not in main is offered the users of their conversations', async () => {
  expect(await completions('%tell ')).toEqual(['dave']);
});

test('@all is completed in a text for moderators alone', async () => {
  const line = '%grouppost news "A subject" hello @a';
  expect(await completions(line, ['alice', 'bob'], 'moderator')).toEqual(['@all', '@alice']);
  expect(await completions(line, ['alice', 'bob'], 'member')).toEqual(['@alice']);
});
