import type { BoardClient } from '../../client/board-client.ts';
import { limits } from '../../protocol/limits.ts';
import { GivenUp } from '../../protocol/text/command.ts';
import { mayHoldPassword } from '../../protocol/text/password-line.ts';
import { PastedPrivateKey } from '../../protocol/text/pasted-private-key.ts';
import type { Place } from '../../protocol/text/place.ts';
import { plainStyle } from '../../protocol/text/style.ts';
import { askTwice } from '../../terminal/ask-twice.ts';
import { complete } from '../../terminal/completer.ts';
import type { Completion } from '../../terminal/completion.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { Commands } from './commands.ts';
import type { Dialogue } from './dialogue.ts';
import { DraftIndex } from './draft-index.ts';
import type { Groups } from './groups.ts';
import type { KeptDrafts } from './kept-drafts.ts';
import { NothingHere } from './nothing-here.ts';
import type { Reader } from './reader.ts';
import { inScreen } from './screen-words.ts';
import type { Writing } from './writing.ts';

interface CommandLineOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly drafts: KeptDrafts;
  readonly keys: KeyTable;
  readonly dialogue: Dialogue;
  readonly writing: Writing;
  readonly zone: string | undefined;
  readonly columns: () => number;
  readonly say: (text: string) => void;
  readonly failed: (error: unknown) => void;
  readonly leave: () => void;
}

/** What `:` does: asks for a command of the board, runs it, and shows what it prints. */
export class CommandLine {
  readonly commands: Commands;
  private readonly typed: string[] = [];

  constructor(private readonly options: CommandLineOptions) {
    const { board, dialogue, writing, columns, zone, keys, leave } = options;
    this.commands = new Commands({
      board,
      keys,
      columns,
      zone,
      place: () => this.place,
      confirm: (question) => dialogue.confirm(question.replace(/\s*\(y\/N\)\s*$/, '')),
      ask: (prompt, chosen) => this.secret(prompt, chosen),
      write: (title) => writing.text(title),
      written: (title) => writing.textTaken(title),
      leave,
    });
  }

  /** @param begun the command to begin with */
  async ask(begun = ''): Promise<void> {
    const { dialogue, drafts, reader, groups, keys, say, failed } = this.options;
    const line = await dialogue.line(':', {
      text: begun,
      limit: limits.textLine,
      history: this.typed,
      remembers: (line) =>
        !mayHoldPassword(line, this.commands.known) && !new PastedPrivateKey().has(line),
      complete: (before) => this.completeCommand(before),
    });
    if (line === undefined || line.trim() === '') return;
    if (/^[%/]?drafts$/i.test(line.trim())) {
      await reader.showList(new DraftIndex(drafts, keys));
      return;
    }
    const privateKey = new PastedPrivateKey().take(line);
    if (privateKey) return failed(privateKey);
    const { text, went, isDone } = await this.commands.run(line);
    // It may have changed anything: memberships, marks, mutes.
    groups.sync();
    await reader.leavePlace();
    await reader.refresh().catch(failed);
    if (went) {
      if (went.thread === undefined) await reader.enter(went.group, false);
      else await reader.goTo(went.group, went.thread);
    }
    if (!isDone) failed(new NothingHere(inScreen(text)));
    else if (text.includes('\n')) dialogue.page(`:${line.trim()}`, text);
    else if (text !== '') say(text);
  }

  /** @throws as `AskSecret` does, and BoardError `SSH_KEY_INVALID` for a private key */
  private async secret(prompt: string, chosen = false): Promise<string> {
    const { dialogue, say } = this.options;
    const ask = async (question: string) => {
      const answer = await dialogue.line(question, { limit: limits.password, isSecret: true });
      if (answer === undefined) throw new GivenUp();
      new PastedPrivateKey().refuse(answer);
      return answer;
    };
    if (!chosen) return ask(prompt);
    return askTwice(prompt, ask, () => say('The two are not the same. Type it again.'));
  }

  /** Completes `@names` and `#numbers` in a text. */
  complete(before: string): Promise<Completion | undefined> {
    const { board } = this.options;
    const { known: commands } = this.commands;
    return complete(before, { call: board.call, style: plainStyle, commands, place: this.place });
  }

  /** Completes a command, which is typed without its sign. */
  private async completeCommand(before: string): Promise<Completion | undefined> {
    if (/^[%/]/.test(before)) return this.complete(before);
    const found = await this.complete(`%${before}`);
    if (!found || /\s/.test(before)) return found;
    return {
      word: found.word.slice(1),
      candidates: found.candidates.map(({ text, ...rest }) => ({ ...rest, text: text.slice(1) })),
    };
  }

  /** Where the user is, for text commands. */
  private get place(): Place | undefined {
    const { reader, groups } = this.options;
    const { group } = reader;
    return group === undefined ? undefined : { group, name: groups.nameOf(group) };
  }
}
