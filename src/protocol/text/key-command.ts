import { boardError, shortened } from '../errors.ts';
import type { ShownKey } from '../schemas.ts';
import { keyLike } from '../ssh-key.ts';
import type { Arguments } from './arguments.ts';
import type { TextCommand, TextContext } from './command.ts';
import { withCurrentPassword } from './current-password.ts';
import { info, success } from './render.ts';
import type { Style } from './style.ts';

/** What can follow `%key`. */
const acts = ['add', 'remove'] as const;

export const key: TextCommand = {
  words: ['%key'],
  form: '[add <line> or remove <fingerprint>]',
  topic: 'more',
  summary: 'your SSH keys, which protect your name',
  details: [
    'Lists your keys. With a key, nobody else can take your name, and you can',
    'come by ssh without a password. %key add takes the line of a .pub file.',
    'Such a key is yours when you have come by ssh with it: anybody can know the',
    'line. Without a line, %key add takes the key that you came with.',
    '%key remove takes a fingerprint, or how it begins, and ends the sessions',
    'that came by the key.',
  ],
  example: 'add ssh-ed25519 AAAAC3NzaC1lZDI1… alice@laptop',
  takes: [acts, 'key'],
  async *run(args, context) {
    if (args.empty) {
      yield await listed(context);
      return;
    }
    const act = args.word('word').toLowerCase();
    if (act === 'add') yield await add(args, context);
    else if (act === 'remove') yield await remove(args, context);
    else throw boardError('INVALID_PARAMS', `"${shortened(act)}" is neither add nor remove`);
  },
};

async function listed({ call, style, typed }: TextContext): Promise<string> {
  const { keys } = await call('account.keys', {});
  if (keys.length === 0) {
    const add = typed?.('%key add') ?? '%key add';
    return info(`You have no SSH key. Type ${add} and the line of your .pub file.`, style);
  }
  return keys.map((one) => info(described(one, style), style)).join('');
}

function described(
  { fingerprint, type, comment, addedAt, lastUsedAt, confirmed }: ShownKey,
  style: Style,
): string {
  const since = lastUsedAt === null ? 'never used' : `last used ${style.date(lastUsedAt)}`;
  const used = confirmed ? since : 'not confirmed: come by ssh with it once';
  const name = comment && ` ${comment}`;
  return `${style.strong(fingerprint)} ${type}${name}, added ${style.date(addedAt)}, ${used}`;
}

async function add(args: Arguments, { call, ask, style }: TextContext): Promise<string> {
  const params = args.empty ? {} : { line: args.remainder('line') };
  const { key: added } = await withCurrentPassword(ask, (current) =>
    call('account.addKey', { ...params, ...current }),
  );
  const { fingerprint, confirmed } = added;
  if (confirmed) return success(`Your name is protected by the SSH key ${fingerprint}.`, style);
  return success(
    `The SSH key ${fingerprint} is added. It opens and protects nothing yet. Come by ssh with this key once, as you usually reach this board.`,
    style,
  );
}

async function remove(args: Arguments, { call, ask, style }: TextContext): Promise<string> {
  const beginning = args.word('fingerprint');
  args.end();
  const { keys } = await call('account.keys', {});
  const { fingerprint } = keyLike(beginning, keys, 'You have');
  await withCurrentPassword(ask, (current) =>
    call('account.removeKey', { fingerprint, ...current }),
  );
  return success(`The SSH key ${fingerprint} was removed.`, style);
}
