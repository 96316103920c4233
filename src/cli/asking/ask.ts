import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Whether there is a terminal on which the user can be asked. */
export function canAsk(): boolean {
  return Boolean(process.stdin.isTTY && process.stderr.isTTY);
}

/** Asks on the terminal. @returns undefined after Ctrl-C or Ctrl-D */
export function ask(question: string): Promise<string | undefined> {
  return readAnswer(question, process.stderr);
}

/** Asks for a secret, which is not shown. @returns as `ask` does */
export async function askUnseen(question: string): Promise<string | undefined> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  // The question is printed after the terminal shows no input any more, so that a quick answer is not shown either.
  const answer = await readAnswer('', unseen, () => void process.stderr.write(question));
  // The Enter of the user was not shown either.
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
  // After Ctrl-C or Ctrl-D `question` would never settle.
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
