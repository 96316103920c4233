import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { databaseFile, openShared } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { makeCertificate, readCertificate } from '../helpers/certificate.ts';
import { askHealth, documented, scrape } from './scrape.ts';

const metrics = { host: '127.0.0.1', port: 0 };

test('/metrics has sessions, requests, commits, notices and sizes', async () => {
  const board = await TestBoard.start({ metrics });
  const alice = await board.member('alice');
  const bot = await board.memberProgram('bot');
  const silent = await board.connect();
  await silent.expect('What is your username? ');
  await bot.call('message.post', { group: 'main', subject: 'one', content: 'x' });
  await bot.errorOf('message.get', { group: 'main', number: 7 });
  await alice.expect('New message from bot (ID: 1,');

  const values = await scrape(board.metricsUrl);
  expect(values).toMatchObject({
    'corkboard_build_info{version="0.0.0"}': 1,
    'corkboard_connections_total{door="tcp"}': 3,
    'corkboard_sessions{encoding="text",state="logged_in"}': 1,
    'corkboard_sessions{encoding="json",state="logged_in"}': 1,
    'corkboard_sessions{encoding="text",state="not_logged_in"}': 1,
    corkboard_users_online: 2,
    'corkboard_requests_total{method="message.post",outcome="ok"}': 1,
    'corkboard_requests_total{method="message.get",outcome="MESSAGE_NOT_FOUND"}': 1,
    'corkboard_request_duration_seconds_count{method="message.post"}': 1,
    'corkboard_request_duration_seconds_bucket{method="message.post",le="+Inf"}': 1,
    // Alice gets notices of the new member and of the message.
    corkboard_notices_total: 2,
    corkboard_outbox_bytes: 0,
    corkboard_requests_waiting: 0,
    corkboard_writes_failed_total: 0,
    corkboard_groups: 5,
    'corkboard_groups_by_access{access="open"}': 5,
    'corkboard_groups_by_access{access="secret"}': 0,
    corkboard_groups_without_owner: 0,
    'corkboard_roles{role="owner"}': 0,
    'corkboard_restrictions{kind="barred"}': 0,
    corkboard_invitations: 0,
    corkboard_reports: 0,
    corkboard_direct_conversations: 0,
    corkboard_memberships: 2,
    corkboard_messages: 1,
  });
  const { corkboard_commit_writes_sum: writes, corkboard_commit_writes_count: commits } = values;
  expect(writes).toBeGreaterThanOrEqual(5);
  expect(values.corkboard_commit_duration_seconds_count).toBe(commits);
  expect(values.corkboard_wal_bytes).toBeGreaterThan(0);

  bot.socket.end();
  await bot.closed();
  expect(await scrape(board.metricsUrl)).toMatchObject({
    'corkboard_sessions_ended_total{ending="ended"}': 1,
    corkboard_users_online: 1,
  });
});

test('dropped lines of the log are counted', async () => {
  let dropped = 0;
  const board = await TestBoard.start({ metrics, linesDropped: () => dropped });
  const counted = async () => (await scrape(board.metricsUrl)).corkboard_log_lines_dropped_total;
  expect(await counted()).toBe(0);
  dropped = 7;
  expect(await counted()).toBe(7);
});

test('/metrics leaves out unknown values, so that no backup counts as late if none is scheduled', async () => {
  const board = await TestBoard.start({ metrics });
  const values = await scrape(board.metricsUrl);
  expect(Object.keys(values).filter((name) => name.startsWith('corkboard_backup'))).toEqual([]);
  // What there is none of is 0 all the same.
  expect(values.corkboard_messages).toBe(0);
});

test('docs/operations.md names every metric of the board, and no other', async () => {
  const certificate = readCertificate(makeCertificate('board'));
  const board = await TestBoard.start({ metrics, certificate });
  const text = await (await fetch(`${board.metricsUrl}/metrics`)).text();
  const served = [...text.matchAll(/^# TYPE (corkboard_\S+)/gm)].map(([, name]) => name);
  expect(documented().sort()).toEqual(served.sort());
  const { corkboard_certificate_end_timestamp_seconds: end = 0 } = await scrape(board.metricsUrl);
  const day = 24 * 60 * 60;
  expect(end - Date.now() / 1000).toBeGreaterThan(0);
  expect(end - Date.now() / 1000).toBeLessThanOrEqual(day);
});

test('/healthz writes to the disk, and says 503 and why if it cannot', async () => {
  const board = await TestBoard.start({ metrics });
  const ask = () => askHealth(board.metricsUrl);
  expect(await ask()).toEqual({ status: 200, text: 'ok\n' });

  const other = openShared(databaseFile(board.data));
  other.exec('BEGIN IMMEDIATE');
  const locked = await ask();
  other.close();
  expect(locked).toEqual({
    status: 503,
    text: 'nothing could be written for 2 s: something holds the database\n',
  });
  expect(await ask()).toEqual({ status: 200, text: 'ok\n' });
});

test('/healthz of a server that shuts down says 503', async () => {
  const board = await TestBoard.start({ metrics });
  const stuck = await board.person('alice');
  stuck.socket.pause();
  const stopped = board.stop();
  expect(await askHealth(board.metricsUrl)).toEqual({
    status: 503,
    text: 'the server is shutting down\n',
  });
  stuck.socket.destroy();
  await stopped;
  await expect(askHealth(board.metricsUrl)).rejects.toThrow('fetch failed');
});

test('the metrics port answers no other paths and methods', async () => {
  const board = await TestBoard.start({ metrics });
  expect((await fetch(`${board.metricsUrl}/`)).status).toBe(404);
  expect((await fetch(`${board.metricsUrl}/metrics`, { method: 'POST' })).status).toBe(405);
});

test('a metrics address that is in use ends the start in one line', async () => {
  const board = await TestBoard.start({ metrics });
  const { port } = new URL(board.metricsUrl);
  const taken = TestBoard.start({ metrics: { host: '127.0.0.1', port: Number(port) } });
  await expect(taken).rejects.toThrow(
    /^127\.0\.0\.1:\d+ is in use already\. .*choose another port with --metrics\.$/,
  );
});

test('a client that never finishes its request for metrics is closed, and others are still answered', async () => {
  const board = await TestBoard.start({ metrics });
  const { port } = new URL(board.metricsUrl);
  const slow = Array.from({ length: 20 }, () => connect({ host: '127.0.0.1', port: Number(port) }));
  for (const [at, socket] of slow.entries()) {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {}).resume();
    // One of them says nothing at all, and one goes on a header at a time.
    if (at > 0) socket.write('GET /metrics HTTP/1.1\r\nHost: board\r\n');
  }
  const all = Promise.all(
    slow.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  const drip = setInterval(() => slow[1]?.write('X: y\r\n'), 500);
  onTestFinished(() => clearInterval(drip));
  expect(await askHealth(board.metricsUrl)).toMatchObject({ status: 200 });
  await all;
  expect(await askHealth(board.metricsUrl)).toMatchObject({ status: 200 });
});
