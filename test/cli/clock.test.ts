import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runHere } from '../helpers/cli.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, poster, tamper, value } from './seed.ts';

const day = 86_400 * 1e6;

/** A board that was last served 400 days ago, on which everything is older; it keeps messages for a year. */
async function oldBoard(): Promise<string> {
  const subjects = Array.from({ length: 50 }, (_, index) => `${index}`);
  const data = await boardFolder((board) => poster(board, 'alice', 'news', subjects));
  tamper(
    data,
    `UPDATE messages SET posted_at = posted_at - ${401 * day};
     UPDATE memberships SET joined_at = joined_at - ${401 * day};
     UPDATE groups SET keep_days = 365 WHERE name = 'news';
     INSERT INTO wall_clock VALUES (1, ${Date.now() * 1000 - 400 * day}, NULL)`,
  );
  return data;
}

async function serve(data: string): Promise<TestServer> {
  const server = await TestServer.start({ data });
  onTestFinished(async () => void (await server.stop()));
  return server;
}

/** The document that a command prints. */
async function documentOf(args: string[]): Promise<unknown> {
  return JSON.parse((await runHere([...args, '--json'])).stdout);
}

function left(data: string): unknown {
  return value(data, 'SELECT count(*) FROM messages');
}

test('a server that starts 400 days later warns and deletes nothing, until the operator trusts the clock', async () => {
  const data = await oldBoard();
  const doubtful = await serve(data);
  await doubtful.logged('is 400 days ahead of the expected time');
  await doubtful.logged('corkboard db clock --trust');
  expect(await doubtful.stop()).toBe(0);
  expect(left(data)).toBe(50);
  const state = (await runHere(['db', 'clock', '--data', data])).stdout;
  expect(state).toMatch(/^Retention +waits: the clock may be wrong$/m);
  const purge = ['group', 'purge', 'news', '--yes', '--data', data, '--before'];
  expect(await runHere([...purge, '365d'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/The clock of this machine may be wrong: .* --trust\n$/),
  });
  expect(left(data)).toBe(50);

  const trusted = ['db', 'clock', '--trust', '--yes', '--data', data];
  expect(await documentOf(trusted)).toMatchObject({ doubted: false, future: 0, mended: 0 });
  const server = await serve(data);
  await server.logged('retention deleted messages');
  expect(server.log).toMatch(
    /"group":"news","count":50,"first":1,"last":50,"rule":"keep 365 days"/,
  );
  await server.stop();
  expect(left(data)).toBe(0);
});

test('purge with a date works even if the clock is not trusted', async () => {
  const data = await oldBoard();
  const date = new Date(Date.now() - 390 * 86_400_000).toISOString().slice(0, 10);
  const purge = ['group', 'purge', 'news', '--before', date, '--yes', '--data', data];
  expect(await documentOf(purge)).toMatchObject({ count: 50 });
});

test('a running server logs which messages the operator deletes', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'news', ['one', 'two']));
  const server = await serve(data);
  await runHere(['message', 'delete', 'news', '2', '--yes', '--data', data]);
  await server.logged('the operator deleted a message');
  expect(server.log).toMatch(/"group":"news","number":2/);
});

test('db check finds dates in the future, and db clock corrects them', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'news', ['one', 'two']));
  tamper(data, `UPDATE messages SET posted_at = posted_at + ${3650 * day} WHERE number = 2`);
  const server = await serve(data);
  await server.logged('what is stored is dated up to');
  await server.stop();
  const check = await runHere(['db', 'check', '--data', data]);
  expect(check).toMatchObject({ code: 1, stdout: expect.stringContaining('db clock --mend') });
  // An import takes such dates, and says so.
  const file = join(tempFolder(), 'board.jsonl');
  await runHere(['export', file, '--data', data]);
  const imported = await runHere(['import', file, '--data', join(tempFolder(), 'data')]);
  expect(imported).toMatchObject({ code: 0, stderr: expect.stringContaining('db clock --mend') });
  const mend = ['db', 'clock', '--mend', '--yes', '--data', data];
  expect(await documentOf(mend)).toMatchObject({ future: 0, mended: 1 });
  expect((await runHere(['db', 'check', '--data', data])).stdout).toBe('ok\n');
});
