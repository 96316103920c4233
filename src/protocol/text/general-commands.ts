import { BoardError } from '../errors.ts';
import type { TextCommand } from './command.ts';
import { info, renderGroups, success, unreadCount } from './render.ts';

export const groups: TextCommand = {
  words: ['%groups'],
  form: '',
  summary: 'the groups that can be joined',
  async *run(args, { call }) {
    args.end();
    yield renderGroups(await call('group.list', {}));
  },
};

export const unread: TextCommand = {
  words: ['%unread'],
  form: '',
  summary: 'per group, how many messages you have not seen yet',
  async *run(args, { call }) {
    args.end();
    const { groups } = await call('group.list', {});
    const lines = groups
      .filter((group) => group.unread > 0)
      .map((group) => info(`${group.name}: ${unreadCount(group.unread)}`));
    yield lines.join('') || info('Nothing unread.');
  },
};

export const whoami: TextCommand = {
  words: ['%whoami'],
  form: '',
  summary: 'your name and your groups',
  async *run(args, { call, user }) {
    args.end();
    const { groups } = await call('group.list', {});
    const joined = groups.filter((group) => group.joined).map(({ name }) => name);
    yield info(
      `You are ${user}, ${joined.length ? `a member of ${joined.join(', ')}` : 'in no group yet'}.`,
    );
  },
};

export const password: TextCommand = {
  words: ['%password'],
  form: '[new password]',
  summary: 'protect your name by a password, or change it; asks for what is not given',
  async *run(args, { call, ask }) {
    const password = args.empty ? await ask('New password: ') : args.remainder('password').trim();
    try {
      await call('account.setPassword', { password });
    } catch (error) {
      if (!(error instanceof BoardError) || error.code !== 'PASSWORD_REQUIRED') throw error;
      const current = await ask('Current password: ');
      await call('account.setPassword', { password, current });
    }
    yield success('Your name is protected by this password.');
  },
};

export const ping: TextCommand = {
  words: ['%ping'],
  form: '',
  summary: 'ask whether the server is there',
  anyone: true,
  async *run(args, { call }) {
    args.end();
    await call('ping', {});
    yield info('pong');
  },
};

export const connect: TextCommand = {
  words: ['%connect'],
  form: '<address> <port>',
  summary: 'connect to a board (in the corkboard client)',
  anyone: true,
  async *run(args, context) {
    const address = args.word('address');
    const port = args.word('port');
    args.end();
    yield await context.connect(address, port);
  },
};

export const exit: TextCommand = {
  words: ['%exit', '%quit'],
  form: '',
  summary: 'disconnect; you stay a member of your groups',
  anyone: true,
  async *run(args, context) {
    args.end();
    yield info('Goodbye.');
    context.exit();
  },
};
