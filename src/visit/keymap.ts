import type { Readable } from 'node:stream';
import type { BoardClient } from '../client/board-client.ts';
import { screenLimits } from '../protocol/screen-limits.ts';
import { decodeUtf8 } from '../protocol/utf8.ts';
import { KeyTable } from '../screen/keys/key-table.ts';
import { readKeyText } from '../screen/keys/key-text.ts';
import { TaskError } from '../tasks/task-error.ts';

/**
 * The keys of a visitor's screen.
 * @returns with a notice if the board keeps keys that cannot be used any more
 */
export async function keysOf(board: BoardClient): Promise<{ keys: KeyTable; notice?: string }> {
  const { content: text } = await board.call('screen.keys', {});
  if (text === null) return { keys: new KeyTable() };
  const { keys, problems } = readKeyText(text);
  const [problem] = problems;
  return problem === undefined ? { keys } : { keys, notice: `Your keys are not used: ${problem}` };
}

/** The keys.toml of a user as a remote command shows it. */
export async function shownKeymap({ call }: Pick<BoardClient, 'call'>): Promise<string> {
  const { content: text } = await call('screen.keys', {});
  if (text === null) {
    return '# You use the usual keys. To set your own: keymap set < ~/.config/corkboard/keys.toml\n';
  }
  return text.endsWith('\n') ? text : `${text}\n`;
}

/**
 * Sets the keys of a user to a keys.toml. An empty one brings the usual keys back.
 * @returns what to print
 * @throws TaskError with the line of everything that is wrong in it; BoardError `NAME_UNPROTECTED`
 */
export async function setKeymap(
  { call }: Pick<BoardClient, 'call'>,
  input: Readable,
): Promise<string> {
  const text = await readAll(input);
  if (text.trim() === '') {
    await call('screen.setKeys', { content: null });
    return 'You use the usual keys from now on.';
  }
  const { problems } = readKeyText(text);
  if (problems.length > 0) throw new TaskError(`Nothing was changed. ${problems.join(' ')}`);
  await call('screen.setKeys', { content: text });
  return 'These are your keys from now on, on the screen that you get over ssh.';
}

async function readAll(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > screenLimits.keys) {
      throw new TaskError(
        `Nothing was changed. A keys.toml has at most ${screenLimits.keys} bytes.`,
      );
    }
  }
  const text = decodeUtf8(Buffer.concat(chunks));
  if (text === undefined) throw new TaskError('Nothing was changed. The text is not valid UTF-8.');
  return text;
}
