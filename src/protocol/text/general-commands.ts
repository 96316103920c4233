import type { TextCommand } from './command.ts';
import { withCurrentPassword } from './current-password.ts';
import { firstOf, info, renderGroups, success, unreadOf } from './render.ts';
import { piecesOf } from './table.ts';

// Lines that `%unread` prints before others have their turn.
const groupsOfPiece = 50;

export const groups: TextCommand = {
  words: ['%groups'],
  form: '',
  topic: 'groups',
  summary: 'the groups that can be joined',
  details: [
    'Each with its number, name, description, members and messages, and whether',
    'you are in it, with how many of its messages you have not read.',
  ],
  async *run(args, { call, reading, style }) {
    args.end();
    yield* renderGroups(await reading.groups(call), style);
  },
};

export const unread: TextCommand = {
  words: ['%unread'],
  form: '',
  topic: 'more',
  summary: 'how many you have not read, by group',
  async *run(args, { call, reading, style }) {
    args.end();
    const groups = await reading.unread(call);
    if (groups.length === 0) yield info('Nothing unread.', style);
    for (const piece of piecesOf(groups, groupsOfPiece)) {
      const lineOf = (group: (typeof groups)[number]) =>
        info(`${style.group(group.name)}: ${unreadOf(group)}`, style);
      yield piece.map(lineOf).join('');
    }
  },
};

export const whoami: TextCommand = {
  words: ['%whoami'],
  form: '',
  topic: 'more',
  summary: 'your name and your groups',
  async *run(args, { call, user = '', style }) {
    args.end();
    const { groups } = await call('group.list', {});
    const joined = groups.filter((group) => group.joined).map(({ name }) => style.group(name));
    const where = joined.length ? `a member of ${firstOf(joined, '%groups')}` : 'in no group yet';
    yield info(`You are ${style.user(user)}, ${where}.`, style);
  },
};

export const password: TextCommand = {
  words: ['%password'],
  form: '[new password]',
  topic: 'you',
  summary: 'protect your name, or change how',
  details: [
    'Asks for what is not given, and for the password of before. With a password,',
    'nobody else can take your name, and you can be connected several times.',
  ],
  async *run(args, { call, ask, style }) {
    const password = args.empty
      ? await ask('New password: ', true)
      : args.remainder('password').trim();
    await withCurrentPassword(ask, (current) =>
      call('account.setPassword', { password, ...current }),
    );
    yield success('Your name is protected by this password.', style);
  },
};

export const ping: TextCommand = {
  words: ['%ping'],
  form: '',
  topic: 'more',
  summary: 'ask whether the server is there',
  anyone: true,
  async *run(args, { call, style }) {
    args.end();
    await call('ping', {});
    yield info('pong', style);
  },
};

export const connect: TextCommand = {
  words: ['%connect'],
  form: '<address> [port]',
  topic: 'more',
  summary: 'connect to a board (in the client)',
  details: ['The port can also follow the address: board.example.org:6789, [::1]:6789.'],
  example: 'board.example.org 6789',
  anyone: true,
  unsuggested: true,
  async *run(args, context) {
    const address = args.word('address');
    const port = args.empty ? undefined : args.word('port');
    args.end();
    yield await context.connect(address, port);
  },
};

export const exit: TextCommand = {
  words: ['%exit', '%quit'],
  form: '',
  topic: 'you',
  summary: 'leave; your memberships stay',
  anyone: true,
  unsuggested: true,
  async *run(args, context) {
    args.end();
    await context.exit();
    yield info('Goodbye.', context.style);
  },
};
