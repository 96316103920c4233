import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';

test.each([
  ['requests that are none', '{}\n', 20_000],
  ['pings', '{"jsonrpc":"2.0","id":1,"method":"ping"}\n', 20_000],
])(
  'a client that sends %s without end does not keep the others waiting',
  async (_, line, count) => {
    const server = await TestServer.start({ args: ['--rate', 'off'] });
    const flood = await JsonPeer.connect(server.port);
    const other = await JsonPeer.connect(server.port);
    await other.call('ping', {});
    flood.write(line.repeat(count));
    await flood.until(() => flood.received[0]);
    await other.call('ping', {});
    expect(flood.received.length).toBeLessThan(count);
    await flood.until(() => (flood.received.length === count ? true : undefined));
  },
);

test('a message posted while a member leaves is unread at the next login, announced or not', async () => {
  const board = await TestBoard.start();
  const alice = await board.program('alice');
  await alice.call('group.join', { group: 'main' });
  const joining = await board.program('bob');
  await joining.call('group.join', { group: 'main' });
  await joining.call('session.logout', {});
  await joining.until(() => joining.ended || undefined);

  let seen = 0;
  for (let round = 0; round < 30; round++) {
    const bob = await JsonPeer.connect(board.port);
    const { memberships } = await bob.call('session.login', { user: 'bob' });
    const [{ unread, lastNumber } = { unread: 0, lastNumber: 0 }] = memberships;
    expect(unread).toBe(lastNumber - seen);
    await bob.call('message.markRead', { group: 'main', number: lastNumber });
    seen = lastNumber;
    const post = alice.call('message.post', { group: 'main', subject: 's', content: '' });
    if (round % 2 === 0) bob.socket.destroy();
    else void bob.request('session.logout', {}).catch(() => {});
    await post;
    await bob.until(() => bob.ended || undefined);
  }
});

test('a reply longer than the limit of waiting bytes reaches a client that reads', async () => {
  const board = await TestBoard.start({ limits: { outboxBytes: 64 * 1024 } });
  const alice = await board.memberProgram('alice');
  const subject = '\u{1D51E}'.repeat(200);
  const posts = Array.from({ length: 1000 }, () =>
    alice.call('message.post', { group: 'main', subject, content: '' }),
  );
  await Promise.all(posts);
  const { messages } = await alice.call('message.list', { group: 'main', limit: 1000 });
  expect(messages.length).toBe(1000);
  await alice.call('ping', {});
});

test('a log that cannot be written does not end the server', async () => {
  const server = await TestServer.start({ logTo: '/dev/full' });
  await JsonPeer.login(server.port, 'alice');
  expect(await server.stop()).toBe(0);
});
