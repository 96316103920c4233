import { join } from 'node:path';
import type { Command } from 'commander';
import { groupRef } from '../../src/board/refs.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { ensureHostKey } from '../../src/ssh/host-key.ts';
import { loadSsh2 } from '../../src/ssh/load.ts';
import { hostKeyFile } from '../../src/storage/sqlite/file/board-files.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { tempFolder } from '../helpers/temp.ts';
import { keyLine } from '../helpers/vouched-peer.ts';

const program = await buildProgram();

/** The commands that do something, by what is typed to run them, in the order of the help. */
export function everyCommand(): Map<string, Command> {
  return new Map(leaves(program, ''));
}

function leaves(parent: Command, before: string): [name: string, command: Command][] {
  const visible = parent.createHelp().visibleCommands(parent);
  return visible
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => {
      const name = `${before}${command.name()}`;
      const self: [string, Command] = [name, command];
      return command.commands.length > 0 ? leaves(command, `${name} `) : [self];
    });
}

/** The names of those that have an option. */
export function commandsWith(flag: string): string[] {
  const found = [...everyCommand()].filter(([, { options }]) =>
    options.some(({ long }) => long === flag),
  );
  return found.map(([name]) => name);
}

/**
 * A board on which alice and bot are connected, and bot has posted twice in `news`. The operator has silenced bot there,
 * and has invited bot to `general`, and whoever has a code to `news`. A message is reported. It has an SSH host key.
 */
export async function smallBoard(): Promise<TestBoard> {
  const board = await TestBoard.start();
  await board.person('alice');
  const bot = await board.memberProgram('bot', 'news');
  for (const subject of ['one', 'two']) {
    await bot.call('message.post', { group: 'news', subject, content: `content of ${subject}` });
  }
  const { utils } = await loadSsh2();
  ensureHostKey(
    hostKeyFile(databaseFile(board.data)),
    () => utils.generateKeyPairSync('ed25519').private,
    () => {},
  );
  await bot.call('message.report', { group: 'news', number: 1, reason: 'Advertising' });
  await board.operate(async ({ moderation }) => {
    const until = (Date.now() + 86_400_000) * 1000;
    await moderation.silence(groupRef('news'), { user: 'bot', reason: 'Too loud', until });
    await moderation.invite(groupRef('general'), 'bot');
    await moderation.makeCode(groupRef('news'), { code: 'sesame', uses: 3, until });
  });
  return board;
}

/**
 * A run of every command on the database, on a small board, in an order in which each finds what it
 * needs; without the words of the command itself.
 */
export function administrationRuns(data: string): Record<string, string[]> {
  const here = ['--data', data];
  const folder = tempFolder();
  const file = (name: string) => join(folder, name);
  return {
    'group list': here,
    'group create': ['deploys', ...here],
    'group edit': ['news', '--keep', '100', '--max-age', '90d', ...here],
    'group role': ['news', 'bot', 'member', ...here],
    'group invite': ['deploys', '--code', '--uses', '5', '--for', '2w', ...here],
    'group revoke': ['deploys', '--codes', ...here],
    'group bar': ['news', 'alice', '--reason', 'Advertising', ...here],
    'message pin': ['news', '1', ...here],
    'thread close': ['news', '2', ...here],
    'group log': ['news', ...here],
    'group show': ['news', ...here],
    'group rename': ['deploys', 'releases', ...here],
    'group delete': ['releases', '--yes', ...here],
    'user create': ['carol', '--no-password', ...here],
    'user list': here,
    'user keys': ['bot', '--add', keyLine('bot').line, ...here],
    'user show': ['bot', ...here],
    'user password': ['carol', '--no-password', ...here],
    'user rename': ['carol', 'caro', ...here],
    'user ban': ['caro', '--reason', 'Advertising', ...here],
    'user unban': ['caro', ...here],
    'user delete': ['caro', '--yes', ...here],
    'ban add': ['203.0.113.0/24', '--reason', 'Scanning', ...here],
    'ban list': here,
    'ban remove': ['203.0.113.0/24', ...here],
    'message list': ['news', ...here],
    'message search': ['content', 'in:news', ...here],
    'message show': ['news', '1', ...here],
    'ssh fingerprint': ['--host', 'board.example', ...here],
    'db status': here,
    'db check': here,
    'db backup': [file('board.db'), ...here],
    'db restore': [file('board.db'), '--data', file('restored')],
    'db migrate': ['--data', file('made')],
    'db compact': here,
    'db reindex': here,
    'db clock': here,
    stats: here,
    export: [file('board.jsonl'), ...here],
    import: [file('board.jsonl'), '--data', file('imported')],
    'report list': here,
    'report close': ['news', '1', ...here],
    'message unpin': ['news', '1', ...here],
    'thread reopen': ['news', '2', ...here],
    'group unbar': ['news', 'alice', ...here],
    'group silence': ['news', 'bot', '--for', '2h', '--reason', 'Too loud', ...here],
    'group unsilence': ['news', 'bot', ...here],
    'group remove': ['news', 'bot', '--reason', 'Too loud', ...here],
    'message delete': ['news', '1', '--yes', ...here],
    'group purge': ['news', '--all', '--yes', ...here],
  };
}
