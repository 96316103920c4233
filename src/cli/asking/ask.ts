import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Whether there is somebody to ask. */
export function canAsk(): boolean {
  return Boolean(process.stdin.isTTY && process.stderr.isTTY);
}

/** Asks on the terminal. @returns undefined where that is left by Ctrl-C or Ctrl-D */
export function ask(question: string): Promise<string | undefined> {
  return readAnswer(question, process.stderr);
}

/** Asks for what must not be seen: nothing of it is shown. @returns as `ask` does */
export async function askUnseen(question: string): Promise<string | undefined> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  // Asked once the terminal shows nothing any more: who answers at once is not seen either.
  const answer = await readAnswer('', unseen, () => void process.stderr.write(question));
  // The end of the line that was typed was not shown either.
  if (answer !== undefined) process.stderr.write('\n');
  return answer;
}

async function readAnswer(
  question: string,
  output: Writable,
  ready = () => {},
): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  ready();
  const left = new AbortController();
  // By Ctrl-C or Ctrl-D, for which `question` would wait for ever.
  terminal.once('close', () => left.abort());
  try {
    return await terminal.question(question, { signal: left.signal });
  } catch (error) {
    if (!left.signal.aborted) throw error;
    process.stderr.write('\n');
    return undefined;
  } finally {
    terminal.close();
  }
}
