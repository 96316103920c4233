import type { Network } from './board/addresses.ts';
import type { Access } from './board/admission.ts';
import type { Door } from './core/door.ts';
import type { Certificate } from './doors/arriving/tls.ts';
import type { ListenAddress } from './doors/listening.ts';
import type { MetricsAddress } from './doors/metrics/door.ts';
import type { ServerLimits } from './protocol/limits.ts';
import type { GroupCreation } from './protocol/rights.ts';
import type { BackupPlan } from './storage/sqlite/copies/backup-schedule.ts';
import type { Durability } from './storage/sqlite/file/connection.ts';

/** How SSH is served. */
export interface SshConfig {
  /** Where to listen. The port is 0 for a free one. */
  readonly places: readonly { readonly hosts: readonly string[]; readonly port: number }[];
  /** Sessions at once. */
  readonly sessions: number;
  /** The script of the program, whose `ssh-server` does the work. */
  readonly program: string;
}

/** The configuration that a board starts with. */
export interface AppConfig {
  /** The addresses that people and programs connect to. */
  readonly listen: readonly ListenAddress[];
  /** The folder of the database. */
  readonly data: string;
  readonly version: string;
  readonly access: Access;
  /** Who can make groups, besides the operator: `protected` if it is left out. */
  readonly groupCreation?: GroupCreation | undefined;
  /** For the addresses with TLS. */
  readonly certificate?: Certificate | undefined;
  /** The networks whose connections begin with a header of the PROXY protocol. */
  readonly proxyProtocol?: readonly Network[] | undefined;
  /** How long a socket has to become a connection, in milliseconds; 10 s if left out. */
  readonly arrivalTime?: number;
  readonly unframedClients: boolean;
  readonly limits: ServerLimits;
  readonly backups?: BackupPlan | undefined;
  /** Whether each commit is on disk before it is acknowledged: see `openConnection`. */
  readonly durability: Durability;
  /** Called before the database is upgraded, with an estimate in seconds. */
  readonly onUpgrade?: ((seconds: number) => void) | undefined;
  /** How many lines of the log were dropped; none if left out. */
  readonly linesDropped?: (() => number) | undefined;
  /** Where metrics and health are served, if anywhere. */
  readonly metrics?: MetricsAddress | undefined;
  /** Where SSH is served, if anywhere. */
  readonly ssh?: SshConfig | undefined;
  /** Further doors. */
  readonly doors?: readonly Door[];
}

/** The settings that can change while the server runs. */
export interface Reconfigurable extends Pick<AppConfig, 'access'> {
  /** Left out if the server speaks no TLS. */
  readonly certificate: Certificate | undefined;
  /** How long after its posting a message can be edited, in milliseconds; 0 for not at all. */
  readonly editTime: number;
  readonly groupCreation?: GroupCreation | undefined;
  /** Sessions over SSH at once. */
  readonly sshSessions?: number | undefined;
  /** A level of pino. */
  readonly logLevel: string;
}
