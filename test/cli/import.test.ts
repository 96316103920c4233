import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Board } from '../../src/board/board.ts';
import { userName } from '../../src/board/names.ts';
import { openConnection } from '../../src/storage/sqlite/file/connection.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { importBoard } from '../../src/storage/sqlite/moving/import.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli, runHere, runJson, startCli } from '../helpers/cli.ts';
import { login, main, openBoard, seen } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, fillMain, poster, tamper } from './seed.ts';

test('an interrupted import continues, but only with the same file', async () => {
  const data = await boardFolder();
  fillMain(data, 25_000);
  const whole = (await runCli(['export', '--data', data])).stdout;
  const folder = tempFolder();
  const file = join(folder, 'board.jsonl');
  writeFileSync(file, whole);
  const copy = join(folder, 'new');
  const killed = importPart(copy, whole.slice(0, whole.length / 2));
  await committed(copy, 10_000);
  killed.child.kill('SIGKILL');
  await killed.result;
  expect(existsSync(databaseFile(copy))).toBe(false);

  const stopped = importPart(copy, whole.slice(0, whole.length * 0.9));
  await committed(copy, 20_000);
  stopped.child.kill('SIGTERM');
  expect(await stopped.result).toEqual({
    code: 143,
    stdout: '',
    stderr: 'corkboard: Interrupted. Run the same command again to continue.\n',
  });
  expect(existsSync(databaseFile(copy))).toBe(false);

  const other = join(folder, 'other.jsonl');
  writeFileSync(other, whole.replace('The public group', 'Another one here'));
  const refused = await runHere(['import', other, '--data', copy]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/is an interrupted import of something else\. .* --restart\.\n$/);

  const done = (await runJson(['import', file, '--data', copy])) as { resumedAt: number };
  expect(done).toEqual({
    file: databaseFile(copy),
    users: 0,
    groups: 5,
    memberships: 0,
    messages: 25_000,
    resumedAt: expect.any(Number),
  });
  expect(done.resumedAt).toBeGreaterThanOrEqual(20_000);
  expect((await runHere(['export', '--data', copy])).stdout).toBe(whole);
  expect(readdirSync(copy).sort()).toEqual(['corkboard.db', 'corkboard.db.lock']);
});

/** An import whose input stops in the middle and does not end, as over a line that is stuck. */
function importPart(data: string, part: string) {
  const run = startCli(['import', '-', '--data', data], { input: null });
  run.child.stdin.on('error', () => {});
  run.child.stdin.write(part);
  return run;
}

/** Waits until so many lines of an import are on disk. */
async function committed(data: string, lines: number): Promise<void> {
  while (linesOnDisk(`${databaseFile(data)}.import`) < lines) await new Promise(setImmediate);
}

function linesOnDisk(partial: string): number {
  if (!existsSync(`${partial}-wal`)) return 0;
  const client = openConnection(partial, { readonly: true });
  try {
    const found = client.prepare('SELECT progress FROM import_progress').pluck().get();
    return found === undefined ? 0 : (JSON.parse(String(found)) as { lines: number }).lines;
  } catch {
    // It is being made.
    return 0;
  } finally {
    client.close();
  }
}

/** An export of a board with two messages, as lines that a test can spoil. */
async function smallExport(): Promise<string[]> {
  const data = await boardFolder((board) => poster(board, 'alice', 'main', ['one', 'two']));
  return (await runHere(['export', '--data', data])).stdout.trimEnd().split('\n');
}

test('an export of version 1 can still be imported', async () => {
  const old = join(import.meta.dirname, '../fixtures/export-1.jsonl');
  const data = join(tempFolder(), 'data');
  expect((await runHere(['import', old, '--data', data])).code).toBe(0);
  const [header, ...lines] = (await runHere(['export', '--data', data])).stdout.split('\n');
  const [oldHeader, ...oldLines] = readFileSync(old, 'utf8').split('\n');
  expect(JSON.parse(header ?? '')).toEqual({
    ...JSON.parse(oldHeader ?? ''),
    version: 2,
    deleted: 0,
    revisions: 0,
  });
  // The last line has the SHA-256 of those above.
  expect(lines.slice(0, -2)).toEqual(oldLines.slice(0, -2));
});

test('an import keeps deleted messages deleted, and makes no older message visible', async () => {
  const data = await boardFolder(async (board) => {
    await poster(board, 'alice', 'main', ['one', 'two', 'three', 'four']);
    await poster(board, 'bob', 'main');
    await SqliteAdministration.outside(board.client).deleteMessages(main, [3]);
  });
  const { stdout } = await runHere(['export', '--data', data]);
  expect(stdout).toContain('{"type":"deleted","group":"main","number":3,');
  expect(stdout).not.toContain('three');
  const file = join(tempFolder(), 'board.jsonl');
  writeFileSync(file, stdout);
  const copy = join(tempFolder(), 'data');
  expect((await runHere(['import', file, '--data', copy])).code).toBe(0);
  expect((await runHere(['export', '--data', copy])).stdout).toBe(stdout);
  const board = openBoard({ file: databaseFile(copy) });
  expect(await seen(board, await login(board, 'bob'))).toEqual([4]);
  expect(await seen(board, await login(board, 'alice'))).toEqual([1, 2, 4]);
  expect((await board.repository.groups(await login(board, 'alice')))[0]).toMatchObject({
    messages: 4,
  });
  writeFileSync(file, stdout.replace('"version":2', '"version":1'));
  const refused = await runHere(['import', file, '--data', join(tempFolder(), 'data')]);
  expect(refused.stderr).toContain('type: Version 1 has no deleted messages');
});

test('the import of a damaged file names the line, and leaves the board unchanged', async () => {
  const good = await smallExport();
  const spoiled = (line: number, from: string | RegExp, to: string) =>
    good.map((text, index) => (index === line - 1 ? text.replace(from, to) : text));
  const at = tempFolder();
  const data = await boardFolder();
  const before = readFileSync(databaseFile(data));
  const cases: [string[], RegExp][] = [
    [[], /It ends after line 0, without its last line\./],
    [good.slice(1), /Line 1: It is not the first line of an export\./],
    [spoiled(1, '"version":2', '"version":3'), /Line 1: version: .*newer corkboard/],
    [spoiled(2, 'alice', 'al ice'), /Line 2: name: "al ice" cannot be a name/],
    [spoiled(2, '{', '['), /Line 2: It is not JSON/],
    [[...good.slice(0, 3), ...good.slice(2)], /Line 4: An earlier line has the same id or name\./],
    [spoiled(8, '"alice"', '"carol"'), /Line 8: No line above has a user carol\./],
    [spoiled(8, '"lastRead":0', '"lastRead":9'), /Line 8: lastRead: main has given out no number/],
    [spoiled(8, '"lastRead":0', '"lastRead":0,"ranges":"2,1"'), /Line 8: ranges: /],
    [spoiled(8, '"lastRead":0', '"lastRead":0,"ranges":"1-2"'), /Line 8: ranges: They do not asc/],
    [spoiled(8, '"lastRead":0', '"lastRead":0,"ranges":"3-9"'), /Line 8: ranges: main has given/],
    [spoiled(9, '"one"', '"o\\u001bne"'), /Line 9: subject: It is not as a board would keep it\./],
    [spoiled(9, /2\d\d\d-/, '2100-'), /Line 10: postedAt: It is not after the message above\./],
    [spoiled(9, /2\d\d\d-/, '2200-'), /Line 9: postedAt: It lies behind the year 2150\./],
    [spoiled(10, '"number":2', '"number":1'), /Line 10: number: It comes after 1 in main\./],
    [spoiled(10, 'two', 'tow'), /Line 11: The lines above are not those .*SHA-256/],
    [spoiled(10, '"sender"', '"from"'), /Line 10: .*/],
    [good.slice(0, -1), /It ends after line 10, without its last line\./],
    [[...good, good[1] ?? ''], /Line 12: It comes after the last line\./],
  ];
  for (const [spoiledLines, says] of cases) {
    const file = join(at, 'board.jsonl');
    writeFileSync(file, spoiledLines.map((line) => `${line}\n`).join(''));
    const chunks = createReadStream(file) as AsyncIterable<Buffer>;
    const control = { ...toTheEnd, restart: false };
    await expect(importBoard(databaseFile(data), chunks, control)).rejects.toThrow(says);
  }
  expect(readdirSync(data).sort()).toEqual(['corkboard.db', 'corkboard.db.lock']);
  expect(readFileSync(databaseFile(data))).toEqual(before);
  expect(await runHere(['import', join(at, 'board.jsonl'), '--data', data])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `corkboard: ${join(at, 'board.jsonl')} cannot be imported. ` +
      'Line 12: It comes after the last line. The board was not changed.\n',
  });
});

test('an import refuses mutes of threads that never were, and strangers in direct conversations', async () => {
  const data = await boardFolder(async (board) => {
    const operator = SqliteAdministration.outside(board.client);
    for (const name of ['alice', 'bob', 'carol']) await operator.createUser(userName(name), 'hash');
    const alice = await login(board, 'alice');
    const members = new Board(board.repository);
    await members.join(alice, 'main');
    await operator.moderation.setRole(main, 'alice', 'moderator');
    await members.post(alice, 'main', { subject: 's', content: 'to @all and @alice' });
    await members.muteThread(alice, 'main', 1, true);
    await members.post(alice, '@bob', { subject: 's', content: 'to @bob' });
  });
  const { stdout } = await runHere(['export', '--without-passwords', '--data', data]);
  const copy = join(tempFolder(), 'data');
  const file = join(tempFolder(), 'board.jsonl');
  writeFileSync(file, stdout);
  expect((await runHere(['import', file, '--data', copy])).stderr).toBe('');
  expect((await runHere(['export', '--without-passwords', '--data', copy])).stdout).toBe(stdout);
  const cases: [from: string | RegExp, to: string, says: string][] = [
    ['"thread":1', '"thread":2', 'thread: main has given out no number above 1'],
    [/("group":"@\d+","number":1,"sender":)"alice"/, '$1"carol"', 'sender: Not a user of this'],
    ['"mentions":["bob"]', '"mentions":["carol"]', 'mentions: Not a user of this direct'],
    ['"mentions":["bob"]', '"mentions":["@all"]', 'mentions: @all is not for a direct'],
    [
      '"mentions":["@all","alice"]',
      '"mentions":["alice","@all"]',
      'mentions: @all is not the first',
    ],
    [/("type":"membership","group":"@\d+","user":)"bob"/, '$1"carol"', 'user: Not a user of this'],
  ];
  for (const [from, to, says] of cases) {
    const spoiled = stdout.replace(from, to);
    expect(spoiled, says).not.toBe(stdout);
    writeFileSync(file, spoiled);
    const { code, stderr } = await runHere(['import', file, '--data', join(tempFolder(), 'data')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ Line \d+: /);
    expect(stderr).toContain(says);
  }
});

test('an import refuses a board that has content or a server', async () => {
  const input = `${(await smallExport()).join('\n')}\n`;
  const data = await boardFolder((board) => poster(board, 'bob', 'main'));
  const used = await runCli(['import', '-', '--data', data], { input });
  expect(used.stderr).toBe(
    `corkboard: ${databaseFile(data)} holds a board already. ` +
      'Import into an empty folder, with --data.\n',
  );
  const board = await TestBoard.start();
  const held = await runCli(['import', '-', '--data', board.data], { input });
  expect(held.code).toBe(1);
  expect(held.stderr).toContain('is held by another corkboard server');
  expect(await runHere(['import', 'no/such/file', '--data', join(data, 'no')])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^corkboard: Cannot read no\/such\/file: .*\n$/),
  });
  expect(existsSync(join(data, 'no'))).toBe(false);
});

test('an import reports a password hash that cannot be used', async () => {
  const fixture = readFileSync(join(import.meta.dirname, '../fixtures/export-1.jsonl'), 'utf8');
  const file = join(tempFolder(), 'board.jsonl');
  writeFileSync(file, fixture.replace('ln=17,r=8', 'ln=40,r=8'));
  const result = await runHere(['import', file, '--data', join(tempFolder(), 'new')]);
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(
    /^corkboard: .*board\.jsonl cannot be imported\. Line 2: [^\n]*a login would cost too much \(ln=40,r=8,p=1\)[^\n]*\n$/,
  );
});

test('an import says which names look alike, as no two new names may', async () => {
  const data = await boardFolder(async (board) => {
    await poster(board, 'mallory', 'news', ['one']);
    await poster(board, 'allory', 'news', ['two']);
  });
  const cyrillic = 'm\u0430llory';
  tamper(
    data,
    `UPDATE users SET name = '${cyrillic}', name_key = '${cyrillic}' WHERE name = 'allory'`,
  );
  const file = join(tempFolder(), 'board.jsonl');
  await runCli(['export', file, '--data', data]);
  const { code, stderr } = await runCli(['import', file, '--data', join(tempFolder(), 'data')]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `corkboard: The users mallory and ${cyrillic} look alike. To rename one: corkboard user rename\n`,
  });
});
