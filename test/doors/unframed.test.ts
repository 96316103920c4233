import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';

/** A client that sends each command in one piece without a line ending, and waits for the answer. */
async function unframed(board: TestBoard, name: string) {
  const peer = await board.connect();
  const ask = (command: string, answer: string) => {
    peer.write(command);
    return peer.expect(answer);
  };
  await peer.expect('What is your username? ');
  await ask(name, `[INFO] Welcome ${name}\n`);
  await peer.expect('%help for every command.\n');
  return { peer, ask };
}

test('a client that sends no line endings is served, from the name on', async () => {
  const board = await TestBoard.start({ unframedClients: true });
  const { ask } = await unframed(board, 'alice');
  await ask('%join', '[SUCCESS] You joined main.\n');
  await ask('%post hello How are you?', '[SUCCESS] Message 1 posted in main. Subject: hello\n');
  await ask('%groupjoin news', '[SUCCESS] You joined news.\n');
  expect(await ask('%message 1', 'How are you?\n')).toContain('Subject: hello\n');
  await ask('%wave', '[ERROR] There is no command %wave.');
  await ask('%exit', '[INFO] Goodbye.\n');
});

test('a client that sends no line endings can give its password', async () => {
  const board = await TestBoard.start({ unframedClients: true });
  await board.protect('alice', 'correct horse');
  const peer = await board.connect();
  await peer.expect('What is your username? ');
  peer.write('alice');
  await peer.expect('Password: ');
  peer.write('correct horse');
  await peer.expect('[INFO] Welcome alice\n');
});

test('a client that sends no line endings gets notices', async () => {
  const board = await TestBoard.start({ unframedClients: true });
  const { peer, ask } = await unframed(board, 'alice');
  await ask('%join', '[SUCCESS] You joined main.\n');
  const bob = await unframed(board, 'bob');
  await bob.ask('%join', '[SUCCESS] You joined main.\n');
  await peer.expect('User bob joined the group.\n');
  await bob.ask('%post hello there', '[SUCCESS] Message 1 posted in main. Subject: hello\n');
  await peer.expect('New message from bob (ID: 1,');
});

test('with --unframed-clients, clients with line endings are served as before', async () => {
  const board = await TestBoard.start({ unframedClients: true });
  const alice = await board.member('alice');
  alice.send('%post one 1', '%post two 2', '%list');
  const shown = await alice.expect('Subject: two\n');
  expect(shown).toContain(
    '[SUCCESS] Message 1 posted in main. Subject: one\n[SUCCESS] Message 2 posted',
  );
});

test('a program is not cut off in the middle of a line by a pause', async () => {
  const board = await TestBoard.start({ unframedClients: true });
  const program = await board.connectProgram();
  program.write('{"jsonrpc":"2.0","id":"split",');
  // What an unframed line would have become by then is answered first.
  await unframed(board, 'alice');
  program.write('"method":"ping"}\n');
  expect(await program.reply('split')).toEqual({ jsonrpc: '2.0', id: 'split', result: {} });
  expect(program.received).toHaveLength(1);
});

test('without --unframed-clients, a line without an ending waits for its end', async () => {
  const board = await TestBoard.start();
  const peer = await board.connect();
  await peer.expect('What is your username? ');
  peer.write('al');
  // Another board that is asked for it sees 50 ms of silence pass in this time.
  await unframed(await TestBoard.start({ unframedClients: true }), 'bob');
  peer.send('ice');
  expect(await peer.expect('\n')).toBe('[INFO] Welcome alice\n');
});
