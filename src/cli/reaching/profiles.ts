import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { homeFolder } from '../../chat/home-folder.ts';
import { didYouMean } from '../../protocol/suggest.ts';
import { UserError } from '../errors.ts';
import { readToml } from '../parsing/toml.ts';
import { configFile } from './config-file.ts';

const textRule = 'it takes text in quotes';
const text = z.string(textRule).min(1, textRule);
const portRule = 'it takes a whole number from 1 to 65535';
const profileSchema = z.strictObject({
  host: z
    .string({ error: ({ input }) => (input === undefined ? 'it is missing' : textRule) })
    .min(1, textRule),
  port: z.int(portRule).min(1, portRule).max(65535, portRule).optional(),
  user: text.optional(),
  tls: z.boolean('it takes true or false').optional(),
  ca: text.optional(),
  password_file: text.optional(),
  bell: z.boolean('it takes true or false').optional(),
});
const profilesSchema = z.record(z.string(), profileSchema);
const settings = Object.keys(profileSchema.shape);

/** A board and a user, under a name. The paths of files are absolute. */
export interface Profile {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly tls?: boolean | undefined;
  readonly ca?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** Whether the terminal rings in `chat` for a message that mentions the user. */
  readonly bell?: boolean | undefined;
}

function profilesFile(): string | undefined {
  return configFile('profiles.toml');
}

/**
 * The profile with that name; undefined if there is none.
 * @throws UserError if the file cannot be read or has errors
 */
export function findProfile(name: string): Profile | undefined {
  const profiles = readProfiles(profilesFile());
  return Object.hasOwn(profiles, name) ? profiles[name] : undefined;
}

/** Like `findProfile`, for a profile that must exist. @throws UserError also if it does not exist */
export function needProfile(name: string): Profile {
  const file = profilesFile();
  if (file === undefined) {
    throw new UserError(
      'There is no home folder to look for profiles in. Set HOME or XDG_CONFIG_HOME.',
    );
  }
  const profiles = readProfiles(file);
  const names = Object.keys(profiles);
  const profile = names.includes(name) ? profiles[name] : undefined;
  if (profile) return profile;
  const known = names.length > 0 ? ` It has ${names.join(', ')}.` : '';
  throw new UserError(`There is no profile ${name} in ${file}.${didYouMean(name, names) || known}`);
}

/** The names of all profiles. @throws as `findProfile` does */
export function profileNames(): string[] {
  return Object.keys(readProfiles(profilesFile()));
}

function readProfiles(file: string | undefined): Record<string, Profile> {
  if (file === undefined) return {};
  const parsed = profilesSchema.safeParse(readToml(file, 'The profiles') ?? {});
  if (!parsed.success) throw new UserError(`${file}: ${describe(parsed.error)}`);
  const path = (written: string | undefined) => written && absolutePath(written, dirname(file));
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, { password_file, ca, ...rest }]) => [
      name,
      { ...rest, ca: path(ca), passwordFile: path(password_file) },
    ]),
  );
}

/** The first error, with its setting. */
function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'it does not fit.';
  const where = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return `${where}.${key} is no setting.${unknownKey(key)}`;
  }
  if (issue.path.length === 1) {
    return `${where} is no profile: settings stand under the name of one, such as [work].`;
  }
  return `${where}: ${issue.message}.`;
}

function unknownKey(key: string): string {
  if (/^pass(word|wd|phrase)?$/i.test(key)) {
    return ' A password is kept in a file of its own: name that with password_file.';
  }
  return didYouMean(key, settings) || ` There are ${settings.join(', ')}.`;
}

/** `~/` is the home folder, as in a shell. Other relative paths start at the folder of the profiles. */
function absolutePath(written: string, folder: string): string {
  if (!written.startsWith('~/')) return resolve(folder, written);
  const home = homeFolder();
  if (home === undefined) throw new UserError(`${written}: there is no home folder. Set HOME.`);
  return join(home, written.slice(2));
}
