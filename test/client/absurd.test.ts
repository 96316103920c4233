import { expect, test } from 'vitest';
import { cleanIncoming } from '../../src/client/clean-incoming.ts';
import { connect } from '../../src/client/connect.ts';
import { ConnectionError } from '../../src/client/failure.ts';
import { limits } from '../../src/protocol/limits.ts';
import { wrapLine, wrapText } from '../../src/terminal/wrap.ts';
import { cost, costlyTexts } from '../helpers/costly.ts';
import { ScriptedServer } from './scripted-server.ts';

/** A client that has logged in at a server whose answers the test gives. */
async function loggedIn(firstPause = 60_000) {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const connecting = connect({ ...server.address, user: 'alice', timing: { firstPause } });
  const peer = await accepted;
  await peer.welcome();
  return { client: await connecting, peer, server };
}

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([
  ['nested 4,000 deep', `{"jsonrpc":"2.0","id":3,"result":${deep(4000)}}\n`],
  ['nested 1,000,000 deep', `{"jsonrpc":"2.0","id":3,"result":${deep(1_000_000)}}\n`],
  ['a deep notice', `{"jsonrpc":"2.0","method":"message.posted","params":${deep(4000)}}\n`],
  ['of a million values', `{"jsonrpc":"2.0","id":3,"result":[${'1,'.repeat(1_000_000)}1]}\n`],
  ['that has no end', 'x'.repeat(5 * 1024 * 1024)],
])('a line %s ends a call with an error that can be caught', async (_, line) => {
  const { client, peer } = await loggedIn();
  const joined = client.call('group.join', { group: 'main' });
  await peer.request();
  peer.write(line);
  await expect(joined).rejects.toBeInstanceOf(ConnectionError);
  await client.close();
});

test('an answer over the limits is not asked for again for ever, and a post beside it is sent again', async () => {
  const { client, peer, server } = await loggedIn(1);
  const listed = client.call('group.list', {});
  await peer.request();
  const posted = client.post('main', 's', 'c');
  const { params } = await peer.request();
  const accepted = server.client();
  peer.write(`{"jsonrpc":"2.0","id":3,"result":${deep(4000)}}\n`);
  await expect(listed).rejects.toBeInstanceOf(ConnectionError);
  const next = await accepted;
  await next.welcome();
  const again = await next.answerNext({
    ...{ group: 'main', groupId: 1, number: 1, senderId: 1, sender: 'alice' },
    ...{ postedAt: '1', subject: 's', thread: 1 },
  });
  expect(again).toMatchObject({ method: 'message.post', params: { key: params.key } });
  await posted;
  await client.close();
});

const page = (numbers: number[], more: boolean) => {
  const header = { senderId: 2, sender: 'eve', postedAt: 'now', subject: 's' };
  const messages = numbers.map((number) => ({ number, ...header }));
  return { group: 'main', groupId: 1, messages, more };
};

test.each([
  ['is empty, with more to come', {}, page([], true)],
  ['is the one before again', { after: 5 }, page([4, 5], true)],
  ['begins again at its end', {}, page([1, 2, 1], false)],
  ['is later than what was asked for', { before: 5 }, page([4, 5], true)],
])(
  'a page of messages that %s is refused, and not asked for again for ever',
  async (_, params, result) => {
    const { client, peer } = await loggedIn();
    const listed = client.call('message.list', { group: 'main', ...params });
    await peer.answerNext(result);
    await expect(listed).rejects.toBeInstanceOf(ConnectionError);
    await client.close();
  },
);

test('a page of members that is followed by itself is refused', async () => {
  const { client, peer } = await loggedIn();
  const listed = client.call('group.members', { group: 'main', after: 7 });
  await peer.answerNext({ group: 'main', members: [], total: 9, next: 7 });
  await expect(listed).rejects.toBeInstanceOf(ConnectionError);
  await client.close();
});

test.each(costlyTexts(limits.content))('a message full of %s is shown in 50 ms', (_, text) => {
  for (const columns of [1, 20, 80, 300]) {
    expect(cost(() => wrapText(text, columns))).toBeLessThan(50);
    expect(cost(() => wrapLine(text, columns))).toBeLessThan(50);
  }
});

test.each(costlyTexts(1024 * 1024))('an answer full of %s is cleaned in 50 ms', (_, text) => {
  expect(cost(() => cleanIncoming({ content: text, subject: text }))).toBeLessThan(50);
});

test('a call fails if the server sends notices but no answer', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const connecting = connect({ ...server.address, user: 'alice', timing: { reply: 300 } });
  const peer = await accepted;
  await peer.welcome();
  const client = await connecting;
  const listed = client.call('message.list', { group: 'main' });
  const pinged = client.call('ping', {});
  const list = await peer.request();
  const { id } = await peer.request();
  peer.send({ method: 'group.removed', params: { group: 'x', groupId: 9 } }, { id, result: {} });
  await pinged;
  await expect(listed).rejects.toThrow('has not answered message.list');
  // An answer that comes after all is ignored, and other calls go on.
  peer.send({ id: list.id, result: page([1], false) });
  const again = client.call('ping', {});
  await peer.answerNext({});
  await again;
  await client.close();
});
