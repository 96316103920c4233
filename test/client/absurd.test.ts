import { expect, test } from 'vitest';
import { connect } from '../../src/client/board-client.ts';
import { cleanIncoming } from '../../src/client/clean-incoming.ts';
import { ConnectionError } from '../../src/client/failure.ts';
import { wrapLine, wrapText } from '../../src/client/style/wrap.ts';
import { limits } from '../../src/protocol/limits.ts';
import { cost, costlyTexts } from '../helpers/costly.ts';
import { ScriptedServer } from './scripted-server.ts';

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([
  ['nested 4,000 deep', `{"jsonrpc":"2.0","id":3,"result":${deep(4000)}}\n`],
  ['nested 1,000,000 deep', `{"jsonrpc":"2.0","id":3,"result":${deep(1_000_000)}}\n`],
  ['a deep notice', `{"jsonrpc":"2.0","method":"message.posted","params":${deep(4000)}}\n`],
  ['of a million values', `{"jsonrpc":"2.0","id":3,"result":[${'1,'.repeat(1_000_000)}1]}\n`],
  ['that has no end', 'x'.repeat(5 * 1024 * 1024)],
])('a line %s ends a call with an error that can be caught', async (_, line) => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const connecting = connect({ ...server.address, user: 'alice', timing: { firstPause: 60_000 } });
  const peer = await accepted;
  await peer.welcome();
  const client = await connecting;
  const joined = client.call('group.join', { group: 'main' });
  await peer.request();
  peer.write(line);
  if (!line.endsWith('\n')) peer.write('\n');
  await expect(joined).rejects.toBeInstanceOf(ConnectionError);
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
