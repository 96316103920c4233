import { expect, test } from 'vitest';
import { ScriptedServer } from '../client/scripted-server.ts';
import { Pty } from '../helpers/pty.ts';
import { aliceAndBob } from './support.ts';

// Sets the window's title, clears the screen, and overrides the direction of what follows.
const evil = '\x1b]0;owned\x07\x1b[2J\u202eevil\x9b31m';

/** Nothing of `evil` may reach the terminal as anything but text. */
function expectHarmless(terminal: Pty) {
  for (const part of ['\x1b]', '\x07', '\x1b[2J', '\u202e', '\x9b']) {
    expect(terminal.raw).not.toContain(part);
  }
}

test('escape sequences of other users do not reach the terminal', async () => {
  const { alice, post } = await aliceAndBob();
  await post(`subject ${evil}`, `content ${evil}\r\n${evil}`);
  await alice.shows(/Subject: subject ␛\]0;owned␇␛\[2Jevil/);
  alice.type('%list\r%message 1\r');
  await alice.shows(/content ␛\]0;owned␇␛\[2Jevil.*\n␛\]0;owned/);
  expectHarmless(alice);
});

test('escape sequences of a hostile server do not reach the terminal', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const chat = Pty.chat(['127.0.0.1', server.address.port, '--user', 'alice']);
  const client = await accepted;
  await client.welcome(`alice${evil}`);
  await chat.shows(/Welcome alice␛/);
  client.send({
    method: 'member.joined',
    params: { group: evil, groupId: 1, user: evil, userId: 2, lastNumber: 0 },
  });
  await chat.shows(/\[GROUP:␛.*\] \[NOTIFY\] User ␛/);
  chat.type('%ping\r');
  const error = { code: 1, message: `No ${evil}`, data: { code: evil } };
  client.send({ id: (await client.request()).id, error });
  await chat.shows('[ERROR] No ␛');
  chat.type('%groups\r');
  const group = { id: 1, name: evil, description: evil, members: 1, messages: 1 };
  await client.answerNext({ groups: [{ ...group, joined: true, unread: 1 }] });
  await chat.shows(/1 \| ␛.* \| ␛.*joined, 1 unread/);
  chat.type('%message 1\r');
  const message = {
    number: 1,
    senderId: 2,
    sender: evil,
    postedAt: evil,
    subject: evil,
    content: evil,
  };
  await client.answerNext({ ...message, group: evil, groupId: 1 });
  await client.answerNext({});
  await chat.shows(/Sender: ␛.*\nDate: ␛.*\nSubject: ␛.*\n-+\n␛/);
  client.send({ method: 'session.closing', params: { reason: `Bye ${evil}` } });
  client.socket.end();
  await chat.shows('was lost: Bye ␛');
  expectHarmless(chat);
});
