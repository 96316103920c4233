import type { BoardClient } from '../../client/board-client.ts';
import { directName, isDirectName } from '../../protocol/direct.ts';
import { BoardError, boardError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import { displayWidth } from '../../protocol/unicode.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { labelOf, type Target, targetsFor } from '../model/go.ts';
import { counted } from '../panes/groups-pane.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import { LineInput } from '../widgets/line-input.ts';
import type { Dialogue } from './dialogue.ts';
import type { Finding } from './finding.ts';
import type { Groups } from './groups.ts';
import type { Layer } from './layer.ts';
import { NothingHere } from './nothing-here.ts';
import type { Reader } from './reader.ts';

interface GoingOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly dialogue: Dialogue;
  readonly finding: Finding;
  readonly keys: KeyTable;
  /** Lets the user write the first direct message to somebody. */
  readonly write: (user: string) => void;
  readonly say: (text: string) => void;
  readonly failed: (error: unknown) => void;
}

/** What `g` does: goes to a group, a user, or a message. */
export class Going {
  constructor(private readonly options: GoingOptions) {}

  async ask(): Promise<void> {
    const { dialogue, keys, reader, groups, failed } = this.options;
    const { group } = reader;
    const here = group === undefined ? undefined : { group, name: groups.nameOf(group) };
    const others = this.others(group);
    // If the board does not list them, only places that are known already are offered.
    others.catch(failed);
    const target = await new Promise<Target | string | undefined>((resolve) => {
      const layer: GoLayer = new GoLayer({
        keys,
        here,
        targets: this.known(),
        settled: (answer) => {
          dialogue.close(layer);
          resolve(answer);
        },
        redraw: () => dialogue.redraw(),
      });
      dialogue.open(layer, true, () => resolve(undefined));
      others.then(
        (more) => layer.add(more),
        () => {},
      );
    });
    if (target === undefined) return;
    // The line may have been typed faster than the board has answered.
    const meant = typeof target === 'string' ? targetsFor(target, await others, here)[0] : target;
    if (meant) await this.to(meant).catch((error) => this.refuse(error));
    else this.stay(`There is no group or user like ${String(target)}.`);
  }

  /** The user has not gone anywhere: the next text goes where it went before. */
  private stay(why: string): never {
    const { group } = this.options.reader;
    if (group === undefined) throw new NothingHere(why);
    throw new NothingHere(`${why} You are still in ${this.options.groups.nameOf(group)}.`);
  }

  private refuse(error: unknown): never {
    if (error instanceof BoardError) this.stay(error.message);
    throw error;
  }

  private async to(target: Target): Promise<void> {
    const { board, groups, reader, dialogue, finding, write } = this.options;
    switch (target.to) {
      case 'mentions':
        return finding.mentions();
      case 'group':
        return reader.enter(target.group, target.unread > 0);
      case 'message':
        return reader.goTo(target.group, target.number);
      case 'person': {
        // Nobody is asked what the board would refuse.
        const { groupId } = await board.call('direct.open', { user: target.name, check: true });
        if (groups.find(groupId)) return reader.enter(groupId, false);
        if (await dialogue.confirm(`Write to ${target.name} alone?`)) write(target.name);
        return;
      }
      case 'join':
        if (target.refusal !== undefined) this.stay(target.refusal);
        if (await dialogue.confirm(`You are not in ${target.name}. Join it?`)) {
          await this.join(target.name);
        }
    }
  }

  /** Joins a group and shows it. */
  async join(name: string): Promise<void> {
    const { board, groups, reader, say } = this.options;
    const { id, group } = await board.call('group.join', { group: name });
    groups.sync();
    await reader.enter(id, false);
    say(`You joined ${group}.`);
  }

  private known(): Target[] {
    const { groups } = this.options;
    return [
      ...groups.all.map(({ id, name, unread }): Target => {
        return { to: 'group', group: id, name, unread };
      }),
      { to: 'mentions', name: '@ mentions' },
    ];
  }

  /** The members of the group where the user is, and the groups of the board that the user is not in. */
  private async others(group: number | undefined): Promise<Target[]> {
    const { board, groups } = this.options;
    const isInGroup = group !== undefined && !isDirectName(groups.nameOf(group));
    const [members] = await Promise.all([
      isInGroup ? board.call('group.members', { group, limit: limits.membersMost }) : undefined,
      groups.joinable.load(),
    ]);
    const known = new Set(groups.all.map(({ name }) => name));
    const people = (members?.members ?? []).filter(
      ({ name }) => name !== groups.user && !known.has(directName(name)),
    );
    return [
      ...people.map(({ name }): Target => ({ to: 'person', name })),
      ...(groups.joinable.groups ?? []).map(({ name, isClosed }): Target => {
        const refusal = boardError('INVITATION_NEEDED', name).message;
        return { to: 'join', name, ...(isClosed && { refusal }) };
      }),
    ];
  }
}

interface GoLayerOptions {
  readonly keys: KeyTable;
  readonly here: { readonly group: number; readonly name: string } | undefined;
  readonly targets: readonly Target[];
  /** Called with the target, with what was typed if nothing fits, or with undefined if the user gives up. */
  readonly settled: (target: Target | string | undefined) => void;
  readonly redraw: () => void;
}

const mostShown = 12;

/** The line of `g`, with what it may mean above it. */
class GoLayer implements Layer {
  readonly place = 'input';
  private targets: readonly Target[];
  private found: readonly Target[];
  private chosen = 0;
  private readonly line: LineInput;

  constructor(private readonly options: GoLayerOptions) {
    this.targets = options.targets;
    this.found = this.search('');
    this.line = new LineInput({
      prompt: 'Go to: ',
      keys: options.keys,
      limit: limits.groupName + 20,
      changed: (text) => {
        this.found = this.search(text);
        this.chosen = 0;
      },
      accepted: (text) => options.settled(this.found[this.chosen] ?? text.trim()),
      cancelled: () => options.settled(undefined),
      redraw: options.redraw,
    });
  }

  /** Targets that have become known. */
  add(targets: readonly Target[]): void {
    this.targets = [...this.targets, ...targets];
    this.found = this.search(this.line.text);
    this.options.redraw();
  }

  press(event: KeyEvent): void {
    const action = 'key' in event ? this.options.keys.action('input', event.key) : undefined;
    if (action === 'older-line') this.choose(-1);
    else if (action === 'newer-line' || action === 'complete') this.choose(1);
    else this.line.press(event);
  }

  draw(surface: Surface): void {
    const height = Math.min(mostShown, surface.rows - 3);
    const first = Math.max(0, Math.min(this.chosen - height + 1, this.found.length - height));
    const shown = this.found.slice(first, first + height);
    const top = surface.rows - 1 - shown.length;
    surface.fill(top - 1, 0, surface.columns, '─', { faint: true });
    shown.forEach((target, index) => {
      const row = top + index;
      const style = first + index === this.chosen ? { reverse: true as const } : {};
      surface.fill(row, 0, surface.columns, ' ', style);
      const note = noteOf(target);
      const end = surface.text(row, 1, labelOf(target), style, surface.columns - 1);
      const column = Math.max(end + 2, Math.min(30, surface.columns - displayWidth(note) - 1));
      surface.text(row, column, note, { ...style, faint: true });
    });
    this.line.draw(surface);
  }

  private choose(by: number): void {
    const count = this.found.length;
    if (count > 0) this.chosen = (this.chosen + by + count) % count;
  }

  private search(text: string): readonly Target[] {
    return targetsFor(text, this.targets, this.options.here);
  }
}

function noteOf(target: Target): string {
  switch (target.to) {
    case 'group':
      return target.unread > 0 ? `${counted(target.unread)} unread` : '';
    case 'person':
      return 'write to this user alone';
    case 'join':
      return 'you are not in it';
    case 'message':
      return 'message';
    case 'mentions':
      return '';
  }
}
