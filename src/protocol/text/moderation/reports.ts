import type { TextCommand } from '../command.ts';
import { groupCommand } from '../group-command.ts';
import { messageNumber } from '../message-command.ts';
import { count, info, success } from '../render.ts';
import { groupOrHere } from './group-argument.ts';
import { renderReports } from './render.ts';

export const [groupReport, report] = groupCommand(
  {
    named: '%groupreport',
    short: '%report',
    form: '<number> <reason>',
    summary: 'report a message to the moderators',
    details: [
      'The moderators of the group and the operator see who reports it, and why.',
      'Nobody else does.',
    ],
    example: '17 insults bob',
    topic: 'moderation',
    takes: ['joined', 'number', 'reason'],
    acceptsGroup: true,
  },
  async function* (ref, args, { call, style }) {
    const written = args.messageNumber('number');
    const reason = args.remainder('reason').trim();
    const number = await messageNumber(written, ref, call);
    const { group } = await call('message.report', { group: ref, number, reason });
    const what = `Message ${style.strong(String(number))} of ${style.group(group)}`;
    yield success(`${what} is reported to its moderators.`, style);
  },
);

export const reports: TextCommand = {
  words: ['%reports'],
  form: '[group]',
  topic: 'moderation',
  summary: 'the open reports of a group',
  details: [
    'For its moderators. A report ends with %closereport, or if the message is',
    'deleted.',
  ],
  example: 'news',
  takes: ['joined'],
  async *run(args, context) {
    const ref = groupOrHere(args, context);
    args.end();
    yield* renderReports(await context.call('report.list', { group: ref }), context.style);
  },
};

export const [groupCloseReport, closeReport] = groupCommand(
  {
    named: '%groupclosereport',
    short: '%closereport',
    form: '<number>',
    summary: 'close the reports of a message',
    details: ['If there is nothing to do about it, or it is done.'],
    example: '17',
    topic: 'moderation',
    takes: ['joined', 'number'],
    acceptsGroup: true,
  },
  async function* (ref, args, { call, style }) {
    const written = args.messageNumber('number');
    args.end();
    const number = await messageNumber(written, ref, call);
    const { group, closed } = await call('report.close', { group: ref, number });
    const what = `message ${style.strong(String(number))} of ${style.group(group)}`;
    yield closed === 0
      ? info(`There is no open report of ${what}.`, style)
      : success(`${count(closed, 'report')} of ${what} closed.`, style);
  },
);
