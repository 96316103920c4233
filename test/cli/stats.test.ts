import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli, runHere, runJson } from '../helpers/cli.ts';
import { boardFolder, poster, tamper } from './seed.ts';

interface Document {
  at: string;
  window: { days: { date: string; messages: number }[]; hours: number[] };
  [field: string]: unknown;
}

const hour = 3_600_000;

/** Messages 1 to 3 of `main`, 1 and 2 of `news`; the first of `main` is 40 days old, the second 3. */
async function seeded() {
  const data = await boardFolder(async (board) => {
    await poster(board, 'alice', 'main', ['one', 'two', 'three']);
    await poster(board, 'bob', 'news', ['four', 'five']);
  });
  const ago = (days: number) => (Date.now() - days * 24 * hour) * 1000;
  tamper(
    data,
    `UPDATE messages SET posted_at = ${ago(40)} WHERE id = 1;
     UPDATE messages SET posted_at = ${ago(3)} WHERE id = 2;
     UPDATE users SET banned_at = 1, name = 'b' || char(27) || '[31mob' WHERE name_key = 'bob'`,
  );
  return data;
}

function stats(data: string, ...options: string[]) {
  return runJson(['stats', ...options, '--data', data]) as Promise<Document>;
}

test('stats --json counts the stored messages, and those posted in the window', async () => {
  const data = await seeded();
  const document = await stats(data);
  const bob = 'b\u001b[31mob';
  expect(document).toMatchObject({
    totals: { users: 2, banned: 1, groups: 5, conversations: 0, memberships: 2, messages: 5 },
    moderation: {
      openGroups: 5,
      inviteGroups: 0,
      secretGroups: 0,
      withoutOwner: 0,
      owners: 0,
      moderators: 0,
      barred: 0,
      silenced: 0,
      invitations: 0,
      reports: 0,
    },
    posted: { lastDay: 3, lastWeek: 4, lastMonth: 4 },
    window: {
      messages: 4,
      groups: [
        { name: 'main', messages: 2 },
        { name: 'news', messages: 2 },
      ],
      users: [
        { name: 'alice', messages: 2 },
        { name: bob, messages: 2 },
      ],
    },
    // A page or two may be left from tables that a migration made again.
    database: {
      file: databaseFile(data),
      size: statSync(databaseFile(data)).size,
      unusedSize: 0,
    },
    server: null,
    sessions: null,
  });
  const { days, hours } = document.window;
  expect(days).toHaveLength(31);
  expect(days.at(-1)?.date).toBe(document.at.slice(0, 10));
  expect(days.filter(({ messages }) => messages > 0).map(({ messages }) => messages)).toContain(1);
  expect(days.reduce((sum, { messages }) => sum + messages, 0)).toBe(4);
  expect(hours).toHaveLength(24);
  expect(hours.reduce((sum, messages) => sum + messages, 0)).toBe(4);
  expect(await stats(data, '--since', '2d')).toMatchObject({
    window: { messages: 3, groups: [{ name: 'news' }, { name: 'main' }] },
  });
  const all = await stats(data, '--since', '60d');
  expect(all).toMatchObject({ window: { messages: 5 } });
  expect(all.window.days).toHaveLength(41);
});

test('stats prints 80 columns with cleaned names, also beside a server', async () => {
  const data = await seeded();
  await TestBoard.start({ data });
  const { code, stdout, stderr } = await runCli(['stats', '--data', data]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^Users {11}2, 1 banned\nGroups {10}5\nBy access {7}5 open, 0 by invitation, 0 secret\nRoles {11}0 owners, 0 moderators\nRestricted {6}0 barred, 0 silenced\nInvitations {5}0\nOpen reports {4}0\nConversations {3}0\nMemberships {5}2\nMessages {8}5\n/,
  );
  expect(stdout).toContain(
    `running, process ${process.pid}\n\nNobody is connected.\n\n4 posted since `,
  );
  expect(stdout).toMatch(/\nGROUP {2}MESSAGES\nmain {10}2\nnews {10}2\n/);
  expect(stdout).not.toContain('\u001b');
  const [, chart = ''] = stdout.split('Messages per hour of the day (UTC)\n');
  expect(chart).toMatch(/\n +00 +03 +06 +09 +12 +15 +18 +21\n$/);
  // All four came in this hour of the day, or the clock has just gone on to the next.
  expect(chart.split('\n').at(-4)).toMatch(/^ +│ *█( *█)?$/);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('stats says if nothing was posted in the window', async () => {
  const data = await boardFolder();
  expect(await stats(data)).toMatchObject({
    oldest: null,
    newest: null,
    window: { messages: 0, groups: [], users: [], days: [] },
  });
  const { stdout } = await runHere(['stats', '--data', data]);
  expect(stdout).toContain('Oldest message  none\n');
  expect(stdout).toMatch(/\n\nNothing was posted since \S+\.\n$/);
});
