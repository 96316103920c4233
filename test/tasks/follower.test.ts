import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { Follower } from '../../src/tasks/tail/follower.ts';
import { info, ScriptedServer } from '../client/scripted-server.ts';

test('a message in a direct conversation that the login has left out is followed', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const connected = connect({ ...server.address, user: 'alice' });
  const peer = await accepted;
  peer.write('Who? \n');
  await peer.answerNext(info);
  const main = { id: 5, group: 'main', unread: 0, lastRead: 0, lastNumber: 0, change: 40 };
  await peer.answerNext({
    ...{ user: 'alice', userId: 1, token: 't', memberships: [main], more: true },
  });
  const client = await connected;
  onTestFinished(() => client.close());
  const abort = new AbortController();
  const follower = await Follower.start(client, {
    ...{ groups: [], since: undefined, newest: undefined, thread: undefined, headers: true },
    ...{ marksReplies: false, edits: false, mentions: false, follow: true },
    ...{ signal: abort.signal, tell: () => {} },
  });
  const read = follower.messages().next();
  await peer.answerNext({ group: 'main', groupId: 5, messages: [], more: false });
  const message = {
    ...{ number: 8, senderId: 2, sender: 'dave', postedAt: '2026-11-28T10:00:00.000Z' },
    ...{ subject: 'eight', thread: 8 },
  };
  const dave = { group: '@dave', groupId: 9 };
  peer.send({ method: 'message.posted', params: { ...dave, message } });
  await peer.answerNext({ group: 'main', groupId: 5, messages: [], more: false });
  const asked = await peer.answerNext({ ...dave, messages: [message], more: false });
  expect(asked.params).toMatchObject({ group: 9, after: 7 });
  expect((await read).value).toMatchObject({ group: '@dave', number: 8 });
});
