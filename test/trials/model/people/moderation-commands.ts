import type { Result } from '../../../../src/protocol/schemas.ts';
import { logLine } from './notice-lines.ts';
import { type Commands, entry, framed, info, orNone, success, succession } from './rendering.ts';

const kinds: Record<string, string> = {
  open: 'an open group',
  invite: 'a group by invitation',
  secret: 'a secret group',
};

const joining: Record<string, string> = {
  open: 'open, anybody can join',
  invite: 'invite, only those who are invited can join',
  secret: 'secret, only its members and those who are invited know of it',
};

const given: Record<string, string> = {
  member: 'a member without a role in',
  moderator: 'a moderator of',
  owner: 'the owner of',
};

const withReason = (reason: string | undefined) => (reason ? ` ${reason}` : '');

interface Added {
  readonly 'group.edit': { readonly shown: { readonly field: string; readonly value: string } };
  readonly 'group.show': { readonly shown?: 'about' | 'pins' };
}

type Shown = Result<'group.show'>;
type Invitations = Result<'invitation.list'>;

/** The commands for groups of users. A user is written with an `@`. */
export const moderationCommands: Commands<Added> = {
  'group.create': {
    line: ({ name, access }) => `%create ${name} ${access}`,
    shown: ({ group, access }) =>
      success(`You made ${group}, ${kinds[access]}.`) +
      info(`Type %invite ${group} <user> to invite somebody, %go ${group} to write there.`),
  },
  'group.edit': {
    line: ({ group, shown: { field, value } }) => {
      const words = field === 'access' || field === 'posting' || field === 'replying';
      return `%set ${group} ${field} ${value === '' && !words ? '""' : value}`;
    },
    shown: ({ group }, { shown: { field, value } }) => {
      if (field === 'name') return success(`The group is called ${group} now.`);
      const isText = field === 'description' || field === 'about';
      const policy = field === 'access' ? value : `for ${value}`;
      const what = isText ? (value === '' ? 'empty' : 'set') : policy;
      return success(`The ${field} of ${group} is ${what} now.`);
    },
  },
  'group.delete': {
    line: ({ group }) => `%deletegroup ${group}`,
    shown: ({ group }) => success(`The group ${group} is deleted.`),
  },
  'group.show': {
    line: ({ group, shown }) => `%${shown ?? 'about'} ${group}`,
    shown: (result, { shown }) => (shown === 'pins' ? pins(result) : about(result)),
  },
  'group.log': {
    line: ({ group }) => `%log ${group}`,
    shown: ({ group, lines, more }) => {
      const shown = lines.map((line) => `DATE | ${logLine(line)}`).reverse();
      const older = `There are older lines: type %log ${group} before LINE.`;
      const all = framed(`Group: ${group} Log`, shown.length > 0 ? shown : ['(no lines)']);
      return all + (more ? info(older) : '');
    },
  },
  'group.invite': {
    line: ({ group, user, uses, until }) =>
      user === undefined
        ? `%invite ${group} --code --uses ${uses}${until === undefined ? '' : ' --until 2d'}`
        : `%invite ${group} @${user}`,
    shown: ({ group, user }, { uses, until }) =>
      user === undefined
        ? success(
            `Code for ${group}, for ${uses} user${uses === 1 ? '' : 's'}` +
              `${until === undefined ? '' : ' until DATE'}: CODE`,
          ) + info(`Whom you give it joins with: %join ${group} CODE`)
        : success(`You invited ${user} to ${group}.`),
  },
  'invitation.revoke': {
    line: ({ group, user }) => `%revoke ${group} ${user === undefined ? '--code' : `@${user}`}`,
    shown: ({ group, revoked }, { user }) => {
      if (revoked === 0) {
        const what = user === undefined ? 'code' : `invitation of ${user}`;
        return info(`There is no ${what} to revoke in ${group}.`);
      }
      const which = user === undefined ? 'No code' : `No invitation of ${user}`;
      return success(`${which} is open in ${group} any more.`);
    },
  },
  'invitation.list': {
    line: ({ group }) => (group === undefined ? '%invitations' : `%invitations ${group}`),
    shown: ({ received, invitations }) => (received ? mine(received) : ofGroup(invitations)),
  },
  'group.remove': {
    line: ({ group, user, reason }) => `%remove ${group} @${user}${withReason(reason)}`,
    shown: ({ user, group }) => success(`You removed ${user} from ${group}.`),
  },
  'group.bar': {
    line: ({ group, user, reason }) => `%bar ${group} @${user}${withReason(reason)}`,
    shown: ({ user, group }) => success(`You barred ${user} from ${group}. %unbar undoes it.`),
  },
  'group.unbar': {
    line: ({ group, user, reason }) => `%unbar ${group} @${user}${withReason(reason)}`,
    shown: ({ user, group }) => success(`${user} is not barred from ${group}.`),
  },
  'group.silence': {
    line: ({ group, user, reason }) => `%silence ${group} @${user} 2h${withReason(reason)}`,
    shown: ({ user, group }) =>
      success(`${user} cannot write in ${group} until DATE. %unsilence undoes it.`),
  },
  'group.unsilence': {
    line: ({ group, user, reason }) => `%unsilence ${group} @${user}${withReason(reason)}`,
    shown: ({ user, group }) => success(`${user} is not silenced in ${group}.`),
  },
  'group.setRole': {
    line: ({ group, user, role }) => {
      const words: Record<string, string> = { member: 'unmod', moderator: 'mod', owner: 'owner' };
      return `%${words[role]} ${group} @${user}`;
    },
    shown: (done) =>
      success(`${done.user} is ${given[done.role]} ${done.group} now.`) + succession(done),
  },
  'thread.close': {
    line: ({ group, thread }) => `%groupclose ${group} ${thread}`,
    shown: ({ group, thread }) =>
      success(`Thread ${thread} of ${group} is closed. %reopen undoes it.`),
  },
  'thread.reopen': {
    line: ({ group, thread }) => `%groupreopen ${group} ${thread}`,
    shown: ({ group, thread }) => success(`Thread ${thread} of ${group} is open.`),
  },
  'message.pin': {
    line: ({ group, number }) => `%grouppin ${group} ${number}`,
    shown: ({ group, number }) =>
      success(`Message ${number} of ${group} is pinned. %unpin undoes it.`),
  },
  'message.unpin': {
    line: ({ group, number }) => `%groupunpin ${group} ${number}`,
    shown: ({ group, number }) => success(`Message ${number} of ${group} is not pinned.`),
  },
  'message.report': {
    line: ({ group, number, reason }) => `%groupreport ${group} ${number} ${reason}`,
    shown: ({ group, number }) =>
      success(`Message ${number} of ${group} is reported to its moderators.`),
  },
  'report.list': {
    line: ({ group }) => `%reports ${group}`,
    shown: ({ group, reports }) => {
      if (reports.length === 0) return info(`${group} has no open report.`);
      const lines = reports.map(({ number, user, reason }) => {
        return `ID: ${number} | Reported by: ${user} | Date: DATE | Reason: ${reason}`;
      });
      const how = `Read with %groupmessage ${group} <number>, delete with %groupdelete, or %groupclosereport.`;
      return framed(`Group: ${group} Reports`, lines) + info(how);
    },
  },
  'report.close': {
    line: ({ group, number }) => `%groupclosereport ${group} ${number}`,
    shown: ({ group, number, closed }) => {
      const what = `message ${number} of ${group}`;
      if (closed === 0) return info(`There is no open report of ${what}.`);
      return success(`${closed} report${closed === 1 ? '' : 's'} of ${what} closed.`);
    },
  },
};

function about({ group, description, access, posting, replying, owner, ...result }: Shown): string {
  const { moderators, members, joined, invited, role, silencedUntil } = result;
  const you = joined
    ? `${role}${silencedUntil === undefined ? '' : ', silenced until DATE'}`
    : invited
      ? `invited, type %join ${group}`
      : 'not a member';
  const lines = [
    ...(description === '' ? [] : [description]),
    `Access: ${joining[access]}`,
    `Threads by: ${posting} | Replies by: ${replying}`,
    ...(owner === undefined ? [] : [`Owner: ${owner}`]),
    ...(moderators.length === 0 ? [] : [`Moderators: ${moderators.join(', ')}`]),
    `Members: ${members} | You: ${you}`,
    ...(result.about === '' ? [] : ['-'.repeat(40), result.about]),
  ];
  return framed(`Group: ${group}`, lines);
}

function pins({ group, pins }: Shown): string {
  return framed(`Group: ${group} Pins`, orNone(pins.map((message) => entry(message))));
}

function mine(received: NonNullable<Invitations['received']>): string {
  const lines = received.map(({ group, description, by }) => {
    const what = description === '' ? '' : ` (${description})`;
    return info(
      `${group}${what}: invited by ${by ?? 'the operator'}. Type %join ${group} to join.`,
    );
  });
  return lines.join('') || info('You have no invitation.');
}

function ofGroup(invitations: Invitations['invitations'] = []): string {
  const lines = invitations.map(({ user, by, uses, until }) => {
    const whose = user ?? `A code for ${uses} user${uses === 1 ? '' : 's'}`;
    const end = until === undefined ? '' : ', until DATE';
    return info(`${whose}: by ${by ?? 'the operator'}, DATE${end}`);
  });
  return lines.join('') || info('The group has no open invitation.');
}
