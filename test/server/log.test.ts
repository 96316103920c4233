import { expect, test } from 'vitest';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { TextPeer } from '../helpers/text-peer.ts';

function lines(log: string): Record<string, unknown>[] {
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('the log follows a session from its address to its end, and has no secret', async () => {
  const server = await TestServer.start({ args: ['--log-level', 'debug'] });
  const bot = await JsonPeer.connect(server.port);
  const login = { user: 'bot', password: 'correct horse', create: true };
  const { token } = await bot.call('session.login', login);
  await bot.call('group.join', { group: 'main' });
  await bot.call('message.post', { group: 'main', subject: 'a subject', content: 'a content' });
  await bot.errorOf('message.get', { group: 'main', number: 9 });
  const guesser = await TextPeer.connect(server.port);
  guesser.send('bot', 'my secret', '%exit');
  await guesser.toEnd();
  bot.socket.end();
  await server.logged('"session":1,"user":"bot","ending":"ended"');

  const told = lines(server.log);
  const address = '127.0.0.1';
  expect(told.filter(({ session }) => session === 1)).toMatchObject([
    { level: 20, msg: 'connected', address },
    { level: 30, msg: 'logged in', user: 'bot', address, encoding: 'json' },
    { level: 20, msg: 'done', method: 'group.join', group: 'main' },
    { level: 20, msg: 'done', method: 'message.post', group: 'main' },
    { level: 20, msg: 'refused', method: 'message.get', code: 'MESSAGE_NOT_FOUND' },
    { level: 30, msg: 'disconnected', user: 'bot', ending: 'ended', seconds: expect.any(Number) },
  ]);
  expect(told.filter(({ session }) => session === 2)).toMatchObject([
    { level: 20, msg: 'connected', address },
    { level: 30, msg: 'login refused', code: 'PASSWORD_REQUIRED', address },
    { level: 30, msg: 'login refused', code: 'PASSWORD_WRONG', address },
    { level: 20, msg: 'done', method: 'session.logout' },
    { level: 20, msg: 'disconnected', ending: 'left' },
  ]);
  for (const secret of ['correct horse', 'my secret', token, 'a subject', 'a content']) {
    expect(server.log).not.toContain(secret);
  }
});

test('--log-format pretty prints the log for people', async () => {
  const server = await TestServer.start({ args: ['--log-format', 'pretty'] });
  expect(await server.stop()).toBe(0);
  expect(server.log).toMatch(/^\[[\d:.]+\] INFO.*: listening$/m);
});

test('a peer that is refused again and again adds few lines to the log, and other sessions are still logged', async () => {
  const server = await TestServer.start({ args: ['--rate', 'off'] });
  const stranger = await JsonPeer.connect(server.port);
  const refusals = 1000;
  for (let refused = 0; refused < refusals; refused++) {
    await stranger.errorOf('session.login', { user: 'a b' });
  }
  const other = await JsonPeer.connect(server.port, '127.0.0.2');
  await other.call('session.login', { user: 'alice' });
  await server.logged('"user":"alice","address":"127.0.0.2"');
  await server.stop();
  const told = lines(server.log);
  const each = told.filter(({ msg }) => msg === 'login refused').length;
  expect(each).toBeGreaterThanOrEqual(100);
  expect(each).toBeLessThan(refusals / 2);
  let all = each;
  for (const { counts = {} } of told) {
    all += (counts as { 'login refused'?: number })['login refused'] ?? 0;
  }
  expect(all).toBe(refusals);
});
