import { runChat } from '../chat/chat.ts';
import { sessionCommands } from '../chat/commands/client-commands.ts';
import type { Opened } from '../chat/conversation-options.ts';
import { runScript } from '../chat/script.ts';
import { History } from '../chat/terminal/history.ts';
import { LineEditor } from '../chat/terminal/line-editor.ts';
import { pasteMarksOff, pasteMarksOn } from '../chat/terminal/modes.ts';
import type { Modes, TerminalOutput } from '../chat/terminal/streams.ts';
import type { Terminal } from '../chat/terminal/terminal.ts';
import { plainStyle, type Style } from '../protocol/text/style.ts';
import { abilitiesOf } from '../screen/terminal/abilities.ts';
import { zoneOf } from '../terminal/dates.ts';
import { readerStyle } from '../terminal/reader-style.ts';
import { Typing } from './typing.ts';
import type { Visitor } from './visitor.ts';

const codes = { done: 0, failed: 1, lost: 3 } as const;

/** How text looks for a visitor: plain without a terminal, with times in UTC. */
export function styleOf({ terminal, environment }: Visitor): Style {
  if (!terminal) return plainStyle;
  const { TZ } = environment;
  const { colours } = abilitiesOf(environment);
  const screen = {
    get columns() {
      return terminal.columns;
    },
    getColorDepth: () => colours,
  };
  return readerStyle(screen, () => new Date(), TZ ? zoneOf(TZ) : 'UTC');
}

/**
 * The line client on the terminal of a visitor.
 * @param output the screen of the terminal
 * @param isDumb whether the terminal cannot move its cursor, or its user wants it to stay: those of a screen reader do
 * @returns the exit code
 */
export async function runTextShell(
  visitor: Visitor,
  output: TerminalOutput,
  opened: Opened,
  { isDumb }: { isDumb: boolean },
): Promise<number> {
  const { input, gone } = visitor;
  const typing = isDumb ? new Typing(visitor, output) : undefined;
  const terminal: Terminal =
    typing?.terminal ?? new LineEditor(input, output, History.none(), () => modesOf(output));
  let hasEnded = false;
  opened.client.on('ended', () => {
    hasEnded = true;
  });
  const end = () => terminal.close();
  gone.addEventListener('abort', end);
  try {
    await runChat(terminal, {
      ...{ where: opened, style: styleOf(visitor), bell: true, warning: undefined },
      commands: sessionCommands,
    });
  } finally {
    gone.removeEventListener('abort', end);
    typing?.close();
  }
  return hasEnded ? codes.lost : codes.done;
}

/** Runs the lines of a visitor without a terminal as commands. @returns the exit code */
export async function runLines(visitor: Visitor, opened: Opened): Promise<number> {
  const { input, output, errors, gone } = visitor;
  const outcome = await runScript({
    ...{ opened, input, output, errors, closed: gone },
    ...{ address: undefined, user: undefined, password: undefined, tls: undefined },
  });
  if (outcome.cut !== undefined) return codes.lost;
  return outcome.failed > 0 ? codes.failed : codes.done;
}

/** The terminal of a visitor is raw already, and there is no shell of this system to give it back to. */
function modesOf(output: TerminalOutput): Modes {
  let isOn = false;
  const enter = () => {
    if (!isOn) output.write(pasteMarksOn);
    isOn = true;
  };
  const leave = () => {
    if (isOn) output.write(pasteMarksOff);
    isOn = false;
  };
  enter();
  return { enter, leave, suspend: () => {}, close: leave };
}
