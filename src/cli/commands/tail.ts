import { Command, Option } from 'commander';
import { plainStyle } from '../../protocol/text/style.ts';
import { duration } from '../../tasks/parse.ts';
import {
  checkTailOptions,
  type TailOptions as PrintingOptions,
  tail,
  withTailOptions,
} from '../../tasks/tail/tail.ts';
import {
  type ConnectionOptions,
  settingsHelp,
  withAddress,
  withIdentity,
} from '../reaching/connection-options.ts';
import { connectionReporter } from '../reaching/reach.ts';
import { readFromBoard } from '../reaching/reading.ts';

interface TailOptions extends ConnectionOptions, PrintingOptions {
  readonly retry: number;
  readonly verbose?: true;
}

export function tailCommand(): Command {
  const command = new Command('tail').description('print messages as they are posted');
  return withIdentity(withAddress(withTailOptions(command)))
    .addOption(
      new Option(
        '--retry <duration>',
        'how long to try again if the board cannot be reached at first',
      )
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .option('--verbose', 'report the connection on standard error, even if it is not a terminal')
    .addHelpText(
      'after',
      `
If the connection is lost, tail connects again, for as long as it takes. It misses no message and
shows none twice. If the board limits the rate, tail waits. With --no-follow and --since, it prints
all messages since then, or the first n of them with -n. With --json, a line with "event": "edited"
or "deleted" follows when a message is edited or deleted, also after a gap. Exit codes: 0 after
--count messages, at the end with --no-follow, or when the reader closes the pipe, 1 failed, 2 wrong
usage, 130 ended by Ctrl-C, 143 ended by SIGTERM.
${settingsHelp}

Examples:
  $ corkboard tail --profile work
  $ corkboard tail main news --since 2h --user alice
  $ corkboard tail main --no-follow -n 20 --user alice
  $ corkboard tail ci --json --user watcher | jq -r 'select(.event == null).subject'
  $ corkboard tail --mentions --json --user bot
  $ corkboard tail ci -n 1 --headers --user watcher && make deploy`,
    )
    .action(run);
}

async function run(groups: string[], options: TailOptions, command: Command): Promise<void> {
  checkTailOptions(groups, options, command);
  const { retry, verbose } = options;
  const tell = connectionReporter(verbose);
  await readFromBoard(options, { retry, tell }, async (client, signal) => {
    client.on('lost', ({ reason }) => tell(`The connection was lost: ${reason} Connecting again.`));
    client.on('resumed', () => tell('Connected again.'));
    const { stdout: output } = process;
    await tail(client, { groups, options, output, style: plainStyle, signal, tell });
  });
}
