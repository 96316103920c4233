import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BoardError, type ErrorCode } from '../../src/protocol/errors.ts';
import type { Call } from '../../src/protocol/schemas.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';
import { plainStyle } from '../../src/protocol/text/style.ts';
import { complete } from '../../src/terminal/completer.ts';
import { commandsWith } from '../cli/commands.ts';
import { runCli, runHere } from '../helpers/cli.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { tempFolder } from '../helpers/temp.ts';
import { TextPeer } from '../helpers/text-peer.ts';
import { differences, goOn, id, outsiders, password, secretBoard } from './secret-board.ts';
import {
  beginningsOf,
  commandsToAsk,
  commandsToComplete,
  linesWith,
  naming,
  otherLines,
} from './secret-lines.ts';
import { masked } from './support.ts';

/** What a board prints, without what no two boards share. */
function plain(text: string): string {
  return masked(text)
    .replace(/\b[0-9a-f]{24}\b/g, 'CODE')
    .replace(/\b\d\d:\d\dZ/g, 'TIME');
}

const linesAtOnce = 20;
/** The commands whose arguments are others in a place. */
const commandsHere = new RegExp(
  `^(${commandsToAsk.flatMap(({ words, takesHere }) => (takesHere ? words : [])).join('|')}) `,
);

const isNaming = (line: string) => naming.some((word) => line.startsWith(word));

/** Types lines at a text connection, with a question after each that shows where its answer ends. */
async function typed(peer: TextPeer, lines: readonly string[], used: string): Promise<string[]> {
  // A command that waits for a text gets none.
  peer.send(...lines.flatMap((line) => [line.replace('USED', used), '%cancel']));
  const answers = plain(await peer.receivedSoFar()).split('There is no command %cancel.');
  return answers.map((answer, at) => `${lines[at] ?? ''}: ${answer}`);
}

async function inText(isSecret: boolean): Promise<string[]> {
  const board = await secretBoard(isSecret);
  const answers: string[] = [];
  const peers: TextPeer[] = [];
  for (const name of outsiders) {
    const peer = await TextPeer.connect(board.board.port);
    peer.send(name, password);
    answers.push(`${name}: ${plain(await peer.expect('%help for every command.\n'))}`);
    peers.push(peer);
  }
  const all = [...commandsToAsk.flatMap(linesWith), ...otherLines];
  for (const wanted of [false, true]) {
    for (const peer of peers) {
      await goOn(board, isSecret);
      const lines = all.filter((line) => isNaming(line) === wanted);
      const type = async (...some: string[]) => {
        for (let at = 0; at < some.length; at += linesAtOnce) {
          answers.push(...(await typed(peer, some.slice(at, at + linesAtOnce), board.used)));
        }
      };
      await type(...lines);
      // The short forms mean the place where the user is.
      const here = lines.filter((line) => commandsHere.test(line));
      await type('%join main', '%go main', ...here, '%go ..');
    }
  }
  for (const peer of peers) answers.push(plain(await peer.receivedSoFar()));
  return answers;
}

test('a secret group changes no byte that people get from any text command who are not in it', async () => {
  const secret = await inText(true);
  expect(differences(await inText(false), secret)).toEqual([]);
  expect(secret.filter((line) => line.includes('There is no group plans')).length).toBeGreaterThan(
    commandsToAsk.length,
  );
}, 120_000);

/** The requests of a client on a connection. */
function callOf(peer: JsonPeer): Call {
  return (async (method: string, params: unknown) => {
    const { error, result } = await peer.request(method, params);
    if (error) throw new BoardError(error.data.code as ErrorCode, error.message);
    return result;
  }) as Call;
}

async function completed(isSecret: boolean): Promise<string[]> {
  const { peers } = await secretBoard(isSecret);
  const answers: string[] = [];
  // One who never was in the group, and one who was.
  for (const name of ['eve', 'rita']) {
    const [peer] = peers.get(name) ?? [];
    if (!peer) continue;
    await peer.request('group.join', { group: 'main' });
    // A client whose user was removed from the group may still believe to be there.
    for (const place of [undefined, { group: id, name: 'plans' }]) {
      const board = { call: callOf(peer), style: plainStyle, commands: textCommands, place };
      for (const line of ['', '%', '%p', '@', '#', ...commandsToComplete.flatMap(beginningsOf)]) {
        const found = await complete(line, board);
        answers.push(`${name}, ${place?.name}: ${line}: ${plain(JSON.stringify(found ?? null))}`);
      }
    }
  }
  return answers;
}

test('a secret group is completed nowhere for users who are not in it', async () => {
  const secret = await completed(true);
  expect(differences(await completed(false), secret)).toEqual([]);
  expect(secret.filter((line) => /"text":"(in:)?plans/i.test(line))).toEqual([]);
  expect(secret.filter((line) => line.includes('"text":"main"')).length).toBeGreaterThan(0);
}, 120_000);

const groups = ['plans', 'PLANS', 'plans#6', '6', 'plots', 'main'];

/** The commands of the program that connect to a board, with what users give them. */
const runs: Readonly<Record<string, readonly string[][]>> = {
  // It is given a script below.
  chat: [],
  // It needs a terminal, and asks the board nothing but methods: see `secret-groups.test.ts`.
  tui: [],
  post: groups.flatMap((group) => [
    [group, 'word', 'word'],
    [group, 'word', 'word', '--join'],
    [group, '--reply-to', '1', 'word'],
  ]),
  tail: groups.flatMap((group) => [
    [group, '--no-follow'],
    [group, '--no-follow', '--join', '--json'],
    [group, '--no-follow', '--since', '1'],
    [group, '--no-follow', '--thread', '1'],
  ]),
  search: ['in:plans word', 'in:plans#6 word', 'in:6 word', 'word', 'is:mention'].map((query) => [
    query,
    '--json',
  ]),
};

async function fromShell(isSecret: boolean): Promise<string[]> {
  const { board } = await secretBoard(isSecret);
  const file = join(tempFolder(), 'password');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  const answers: string[] = [];
  for (const user of outsiders) {
    const who = ['--user', user, '--password-file', file, '--port', String(board.port)];
    for (const [command, all] of Object.entries(runs)) {
      for (const args of all) {
        const result = await runHere([command, ...args, ...who]);
        answers.push(`${user}: ${command} ${args.join(' ')}: ${plain(JSON.stringify(result))}`);
      }
    }
  }
  const who = ['--user', 'rita', '--password-file', file, '--port', String(board.port)];
  const lines = commandsToAsk.map(({ words: [word] }) => `${word} plans 1 word`);
  const script = [...lines.filter((line) => !isNaming(line)), '%go plans', '%go main', 'word'];
  const input = script.map((line) => `${line}\n%cancel\n`).join('');
  const { code, stdout, stderr } = await runCli(['chat', ...who], { input });
  answers.push(`chat: ${code}`, ...plain(`${stdout}\n${stderr}`).split('\n'));
  return answers;
}

test('a secret group changes no byte that the program prints for users who are not in it', async () => {
  expect(Object.keys(runs).sort()).toEqual(commandsWith('--user').sort());
  const secret = await fromShell(true);
  expect(differences(await fromShell(false), secret)).toEqual([]);
  expect(secret.join('\n')).toContain('There is no group plans');
}, 120_000);
