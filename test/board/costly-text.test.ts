import { expect, test } from 'vitest';
import { ExportError, parseExportLine } from '../../src/board/export-format.ts';
import { groupName, userName } from '../../src/board/names.ts';
import { checkedPassword } from '../../src/board/password-attempts.ts';
import { Passwords } from '../../src/board/passwords.ts';
import { groupRef } from '../../src/board/refs.ts';
import {
  checkedContent,
  checkedDescription,
  checkedReason,
  checkedSubject,
} from '../../src/board/texts.ts';
import { BoardError } from '../../src/protocol/errors.ts';
import { limits } from '../../src/protocol/limits.ts';
import { checkParams, isMethod, methods } from '../../src/protocol/methods.ts';
import { schemas } from '../../src/protocol/schemas.ts';
import { Reading } from '../../src/protocol/text/reading.ts';
import { runTextLine, textCommands } from '../../src/protocol/text/shell.ts';
import { plainStyle } from '../../src/protocol/text/style.ts';
import { cost, costlyTexts } from '../helpers/costly.ts';

/** Milliseconds for which nothing that anybody sends may keep the others waiting. */
const most = 20;

function refused(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof BoardError) && !(error instanceof ExportError)) throw error;
  }
}

const rules: Record<string, (text: string) => unknown> = {
  'a user name': userName,
  'a group name': groupName,
  'a group of a request': groupRef,
  'a subject': checkedSubject,
  'a content': checkedContent,
  'a description': checkedDescription,
  'a reason': checkedReason,
  'a new password': checkedPassword,
};

test.each(costlyTexts(limits.jsonLine))(
  'every rule checks a line full of %s in 20 ms',
  (_, text) => {
    for (const [rule, check] of Object.entries(rules)) {
      expect(
        cost(() => refused(() => check(text))),
        rule,
      ).toBeLessThan(most);
    }
  },
);

test.each(costlyTexts(limits.jsonLine))(
  'every method checks a param full of %s in 20 ms',
  (_, text) => {
    for (const method of Object.keys(methods).filter(isMethod)) {
      const params = Object.keys(schemas[method].params.shape);
      for (const param of [...params, 'unknown', text]) {
        const check = () => refused(() => checkParams(method, { [param]: text }));
        expect(cost(check), `${method} ${param.slice(0, 20)}`).toBeLessThan(most);
      }
    }
  },
);

test.each(costlyTexts(limits.jsonLine))(
  '%s as a password are refused in 20 ms',
  async (_, text) => {
    const passwords = new Passwords();
    const hash = `$scrypt$ln=17,r=8,p=1$${'a'.repeat(22)}$${'a'.repeat(43)}`;
    expect(cost(() => void passwords.matches(text, hash))).toBeLessThan(most);
    expect(await passwords.matches(text, hash)).toBe(false);
  },
);

test.each(costlyTexts(limits.textLine))(
  'a command with %s is refused in 20 ms',
  async (_, text) => {
    const context = {
      call: async () => {
        throw new BoardError('NOT_MEMBER', 'x');
      },
      user: 'alice',
      style: plainStyle,
      commands: textCommands,
      ask: async () => '',
      textLine: async () => undefined,
      givingUp: '',
      draftBytes: limits.content,
      reading: new Reading(),
      place: undefined,
      exit: async () => {},
      connect: async () => '',
    };
    const forms = [
      text,
      `%${text}`,
      `%help ${text}`,
      ...textCommands.flatMap(({ words: [word] }) => [
        `${word} ${text}`,
        `${word} "${text}" ${text}`,
        `${word} x "${text}`,
      ]),
    ];
    for (const line of forms) {
      // All is done in the first step: nothing waits for anything but the refusal.
      const run = () => void runTextLine(line, context).next();
      expect(cost(run), line.slice(0, 20)).toBeLessThan(most);
    }
  },
);

test.each(costlyTexts(limits.jsonLine))(
  'a line of an import with %s is read in 20 ms',
  (_, text) => {
    const message = {
      type: 'message',
      group: 'main',
      number: 1,
      sender: 'a',
      postedAt: '',
      subject: '',
    };
    const lines = [
      { ...message, content: text },
      { ...message, content: '', subject: text },
      { ...message, content: '', sender: text, group: text },
      { type: 'user', name: text, createdAt: text, passwordHash: text, banReason: text },
    ].map((line) => JSON.stringify(line));
    for (const line of lines)
      expect(cost(() => refused(() => parseExportLine(line)))).toBeLessThan(most);
  },
);
