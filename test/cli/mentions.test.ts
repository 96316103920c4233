import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';

test('tail --mentions prints only messages that mention the user, and counts only these', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const bot = await board.memberProgram('bot');
  await bot.call('group.join', { group: 'news' });
  await alice.call('group.join', { group: 'news' });
  bot.socket.destroy();
  await bot.closed();
  const say = (content: string, group = 'main') =>
    alice.call('message.post', { group, subject: 's', content });
  await say('@bot one');
  for (let n = 0; n < 12; n++) await say('to nobody');
  await say('@bot two', 'news');
  await say('> @bot');
  await say('@bot three');
  const tail = (...args: string[]) =>
    runCli([
      'tail',
      '--mentions',
      '--port',
      String(board.port),
      '--user',
      'bot',
      '--json',
      ...args,
    ]);
  const contents = async (...args: string[]) =>
    (await tail(...args)).stdout
      .split('\n')
      .flatMap((line) => (line ? [JSON.parse(line).content] : []));
  expect(await contents('--no-follow')).toEqual(['@bot one', '@bot two', '@bot three']);
  expect(await contents('--no-follow', '-n', '2')).toEqual(['@bot two', '@bot three']);
  expect(await contents('main', '--no-follow')).toEqual(['@bot one', '@bot three']);
  expect(await contents('main', '--since', '1', '-n', '2')).toEqual(['@bot one', '@bot three']);
});
