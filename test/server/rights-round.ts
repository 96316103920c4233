import { methods } from '../../src/protocol/methods.ts';
import type { Access } from '../../src/protocol/rights.ts';
import { runHere } from '../helpers/cli.ts';
import type { Answer, Encoding } from './rights-actor.ts';
import { expected } from './rights-cells.ts';
import { paramsOf } from './rights-params.ts';
import { type Act, acts, type Column, columns, harmless } from './rights-table.ts';
import { argumentsOf, linesOf } from './rights-ways.ts';
import type { Cast, World } from './rights-world.ts';

type UserColumn = Exclude<Column, 'operator'>;
const userColumns = columns.filter((column) => column !== 'operator');

/** The sentences of the errors in JSON-RPC, by act and column: the other ways to do an act say them too. */
export type Sentences = Map<string, string>;

/** A way to ask for an act: the text command, if it is not JSON-RPC. */
interface Question {
  readonly params: object;
  readonly line?: string;
}

/** One round through the table, in one encoding. */
export class Round {
  /** What was not as the table says. */
  readonly wrong: string[] = [];
  private asked = 0;
  /** All sentences of an error. */
  private readonly said = new Map<string, Set<string>>();
  private readonly turns = new Map<Column, number>();
  /** A new group, in which nothing has happened that another cell depends on. */
  private spare: World | undefined;

  private constructor(
    private readonly cast: Cast,
    private readonly access: Access,
    private readonly encoding: Encoding,
    private readonly sentences: Sentences,
    /** The group for all acts that change nothing, and for those of former owners. */
    private readonly old: World,
  ) {}

  static async begin(
    cast: Cast,
    access: Access,
    encoding: Encoding,
    sentences: Sentences,
  ): Promise<Round> {
    return new Round(cast, access, encoding, sentences, await cast.world(access, true));
  }

  /** What users do. */
  async run(): Promise<void> {
    for (const act of acts) {
      const { rules } = act;
      if (rules.length > 0) await this.renew();
      await this.setRules(this.old, rules, 'moderators');
      await this.askQuietly(act);
      for (const column of userColumns.filter((each) => this.changes(act, each))) {
        const isOld = column === 'former' || column === 'departed';
        const world = isOld ? this.old : await this.newWorld(rules);
        const isKept = await this.askLoudly(act, column, world);
        if (!isOld && !isKept) await this.renew();
      }
      await this.setRules(this.old, rules, 'members');
      if (rules.length > 0) await this.renew();
    }
  }

  /** What the operator does beside the server. */
  async runOperator(): Promise<void> {
    const { cast } = this;
    for (const act of acts) {
      if (act.cells.operator === '-') continue;
      const isLoud = this.changes(act, 'operator');
      const world = isLoud ? await this.newWorld([]) : this.old;
      const params = paramsOf(act, { ...world, self: '', own: undefined, fresh: this.fresh() });
      const ways = argumentsOf(act, { ...params, ...('group' in params && { group: world.id }) });
      for (const way of ways && !('none' in ways) ? ways : []) {
        const before = cast.stored(world);
        const { code, stderr } = await runHere([...way, '--data', cast.board.data]);
        const [message = ''] = stderr.replace(/^corkboard: /, '').split('\n');
        const answer = code === 0 ? {} : { error: { message } };
        this.compare(act, 'operator', answer, cast.stored(world) === before);
      }
      if (isLoud) await this.renew();
    }
  }

  /** Whether the table says that an act changes something. */
  private changes({ method, cells }: Act, column: Column): boolean {
    const cell = cells[column];
    const isDone = cell !== 'same' && expected(cell, this.access, column) === 'ok';
    return isDone && methods[method].effect === 'write';
  }

  private async newWorld(rules: Act['rules']): Promise<World> {
    if (!this.spare) {
      this.spare = await this.cast.world(this.access);
      await this.setRules(this.spare, rules, 'moderators');
    }
    return this.spare;
  }

  private async renew(): Promise<void> {
    if (this.spare) await this.cast.end(this.spare);
    this.spare = undefined;
  }

  private async setRules(world: World, rules: Act['rules'], who: string): Promise<void> {
    for (const rule of rules) {
      await this.cast.actor('olive').do('group.edit', { group: world.id, [rule]: who });
    }
  }

  /** Asks everybody at once whom the act changes nothing for, in every way. */
  private async askQuietly(act: Act): Promise<void> {
    const { cast, old } = this;
    const quiet = userColumns.filter((column) => !this.changes(act, column));
    const before = cast.stored(old);
    const answers = await Promise.all(
      quiet.map(async (column) => {
        const self = cast.userOf(old, column, 0);
        const found: { column: Column; answer: Answer }[] = [];
        for (const { params, line } of this.questions(act, old, self)) {
          found.push({ column, answer: await cast.actor(self).ask(act, params, line) });
        }
        return found;
      }),
    );
    // What a person reads is marked as read.
    const marks = this.encoding === 'text' && methods[act.method].effect === 'read';
    const isSame = marks || cast.stored(old) === before;
    for (const { column, answer } of answers.flat()) this.compare(act, column, answer, isSame);
  }

  /** Asks in one way, which is another one in each column. @returns whether the group can be used for other acts */
  private async askLoudly(act: Act, column: UserColumn, world: World): Promise<boolean> {
    const { cast } = this;
    const self = cast.userOf(world, column, this.turns.get(column) ?? 1);
    const ways = this.questions(act, world, self);
    const question = ways[columns.indexOf(column) % ways.length];
    if (!question) return true;
    this.turns.set(column, (this.turns.get(column) ?? 1) + 1);
    const before = cast.stored(world);
    const answer = await cast.actor(self).ask(act, question.params, question.line);
    const isSame = cast.stored(world) === before;
    this.compare(act, column, answer, isSame);
    const isToAll = cast.isToAll(world, question.params);
    if (isToAll !== (act.cells[column] === 'all')) {
      this.wrong.push(`${act.name}, ${column}: ${isToAll ? 'mentions' : 'does not mention'} all`);
    }
    if (act.method === 'group.create' && !isSame) await cast.end({ id: cast.newestGroup() });
    return isSame || harmless.has(act.name);
  }

  private questions(act: Act, world: World, self: string): readonly Question[] {
    const own = this.cast.ownMessage(world, self);
    const params = paramsOf(act, { ...world, self, own, fresh: this.fresh() });
    if (this.encoding === 'JSON-RPC') return [{ params }];
    const lines = linesOf(act, params);
    return lines && !('none' in lines) ? lines.map((line) => ({ params, line })) : [];
  }

  private fresh(): string {
    return `x${++this.asked}`;
  }

  private compare(act: Act, column: Column, { error }: Answer, isSame: boolean): void {
    const want = expected(act.cells[column], this.access, column);
    const of = `${act.name}, ${column}`;
    const sentence = masked(error?.message ?? '');
    if (error?.code !== undefined) {
      this.sentences.set(of, sentence);
      this.said.set(error.code, (this.said.get(error.code) ?? new Set()).add(sentence));
    }
    const got = error ? (error.code ?? this.codeOf(act, column, sentence)) : 'ok';
    if (got !== want) this.wrong.push(`${of}: ${got} (${sentence}), not ${want}`);
    else if (isSame === this.changes(act, column)) {
      this.wrong.push(`${of}: ${isSame ? 'changed nothing' : 'changed something'}`);
    }
  }

  /** The error of the table, if the sentence is one that it has in JSON-RPC. Who is not the operator gets the very same. */
  private codeOf(act: Act, column: Column, sentence: string): string {
    const want = expected(act.cells[column], this.access, column);
    const said = this.sentences.get(`${act.name}, ${column}`) ?? '';
    if (column !== 'operator') {
      return said !== '' && sentence.startsWith(said) ? want : `not "${said}"`;
    }
    return this.said.get(want)?.has(sentence) ? want : 'not said before';
  }
}

/** A sentence without what differs between two groups, or between a user and the operator. */
function masked(sentence: string): string {
  return sentence
    .replace(/ for you\b/, '')
    .replace(/\b(?:[gx]\d+|main|general)\b/g, 'NAME')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
}
