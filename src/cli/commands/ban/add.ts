import { type Command, Option } from 'commander';
import { Network } from '../../../board/addresses.ts';
import { checkedReason } from '../../../board/texts.ts';
import { anyText, futureTime, timeFromNow } from '../../../tasks/parse.ts';
import { UserError } from '../../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { networkBanDocument } from '../../printing/documents.ts';
import { printDone, shownTime } from '../../printing/output.ts';
import { networkArgument } from './network.ts';

interface AddOptions extends CommonOptions {
  readonly reason: string;
  /** When the ban ends, in microseconds since the epoch. */
  readonly for?: number;
  readonly until?: number;
  readonly force?: true;
}

const loopback = ['127.0.0.0/8', '::1'].flatMap((text) => Network.parse(text) ?? []);

export function banAddCommand(): Command {
  return databaseCommand('add', 'refuse connections from a network, and end its sessions')
    .argument(
      '<network>',
      'an address or a network, such as 192.0.2.7 or 2001:db8::/32',
      networkArgument,
    )
    .option('--reason <text>', 'a line that refused connections are sent', anyText, '')
    .addOption(
      new Option('--for <time>', 'how long the ban lasts, such as 90min, 12h, 30d or 2w')
        .argParser(timeFromNow)
        .conflicts('until'),
    )
    .addOption(
      new Option('--until <time>', 'when the ban ends: a date, or an RFC 3339 time').argParser(
        futureTime,
      ),
    )
    .option('--force', 'also ban addresses of this machine (loopback)')
    .addHelpText(
      'after',
      `
Without --for and --until, the ban lasts until it is removed with ban remove. A new ban of the same
network replaces it. With IPv6, ban the /64 of an address, because it usually belongs to one customer.

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
      `${network.text} contains addresses of this machine (loopback), which you may use yourself. ` +
        'Nothing was banned. To ban it all the same, add --force.',
    );
  }
  const ban = {
    network: network.text,
    reason: checkedReason(options.reason) || null,
    endsAt: options.for ?? options.until ?? null,
  };
  const banned = networkBanDocument(await administer(options, (board) => board.banNetwork(ban)));
  const end = banned.endsAt === null ? 'without an end' : `until ${shownTime(banned.endsAt)}`;
  printDone(options, banned, () => `${banned.network} is banned ${end}.`);
}
