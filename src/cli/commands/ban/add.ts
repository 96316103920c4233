import { type Command, Option } from 'commander';
import { Network } from '../../../board/addresses.ts';
import { checkedBanReason } from '../../../board/board.ts';
import { UserError } from '../../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { anyText, futureTime, timeFromNow } from '../../parsing/parse.ts';
import { networkBanDocument } from '../../printing/documents.ts';
import { printDone, shownTime } from '../../printing/output.ts';
import { networkArgument } from './network.ts';

interface AddOptions extends CommonOptions {
  readonly reason: string;
  /** When it ends, in microseconds since the epoch. */
  readonly for?: number;
  readonly until?: number;
  readonly force?: true;
}

const loopback = ['127.0.0.0/8', '::1'].flatMap((text) => Network.parse(text) ?? []);

export function banAddCommand(): Command {
  return databaseCommand(
    'add',
    'let nobody connect from a network, and end the sessions from there',
  )
    .argument(
      '<network>',
      'an address or a network, as 192.0.2.7 or 2001:db8::/32',
      networkArgument,
    )
    .option(
      '--reason <text>',
      'what those who connect from there are told, on one line',
      anyText,
      '',
    )
    .addOption(
      new Option('--for <time>', 'how long it holds, such as 90min, 12h, 30d or 2w')
        .argParser(timeFromNow)
        .conflicts('until'),
    )
    .addOption(
      new Option('--until <time>', 'when it ends: a date, or an RFC 3339 time').argParser(
        futureTime,
      ),
    )
    .option('--force', 'ban this machine itself (loopback), too')
    .addHelpText(
      'after',
      `
Without --for and --until it holds until ban remove. A ban of the same network takes its place. For
an IPv6 address, the /64 around it is mostly one customer: ban that.

Examples:
  $ corkboard ban add 203.0.113.7 --for 12h --reason "Guessing passwords"
  $ corkboard ban add 198.51.100.0/24 --until 2027-01-31
  $ corkboard ban add 2001:db8:1:2::/64`,
    )
    .action(add);
}

async function add(network: Network, options: AddOptions): Promise<void> {
  if (!options.force && loopback.some((own) => own.overlaps(network))) {
    throw new UserError(
      `${network.text} holds addresses of this machine (loopback), from where you may work yourself. ` +
        'Nothing was banned; --force does it.',
    );
  }
  const ban = {
    network: network.text,
    reason: checkedBanReason(options.reason) || null,
    endsAt: options.for ?? options.until ?? null,
  };
  const banned = networkBanDocument(await administer(options, (board) => board.banNetwork(ban)));
  const end = banned.endsAt === null ? 'without an end' : `until ${shownTime(banned.endsAt)}`;
  printDone(options, banned, () => `${banned.network} is banned ${end}.`);
}
