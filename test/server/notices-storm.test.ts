import { expect, test } from 'vitest';
import type { Result } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import type { TextPeer } from '../helpers/text-peer.ts';
import { numbersIn, numbersTold, range } from './support.ts';

const posters = 50;
const posts = 20;
const last = posters * posts;

interface Storm {
  /** Settles with the numbers that each poster got in replies, once all has been posted. */
  over: Promise<number[][]>;
  /** Settles once `number` has been posted. */
  reaches(number: number): Promise<void>;
}

/** Fifty programs that are members of main. */
function crowd(board: TestBoard): Promise<JsonPeer[]> {
  return Promise.all(range(1, posters).map((each) => board.memberProgram(`poster${each}`)));
}

/** All of the crowd post at once, each one its next when the last one was answered. */
function storm(crowd: JsonPeer[]): Storm {
  const waiting = new Map<number, () => void>();
  const own = crowd.map(async (peer) => {
    const numbers: number[] = [];
    for (const post of range(1, posts)) {
      const params = { group: 'main', subject: `s${post}`, content: 'c' };
      const { number } = await peer.call('message.post', params);
      numbers.push(number);
      waiting.get(number)?.();
    }
    return numbers;
  });
  return {
    over: Promise.all(own),
    reaches: (number) => new Promise((resolve) => waiting.set(number, resolve)),
  };
}

/** The numbers that a program was told of in notices. */
async function told(peer: JsonPeer): Promise<number[]> {
  await peer.call('ping', {});
  return numbersTold(peer);
}

async function toldInText(peer: TextPeer): Promise<number[]> {
  return numbersIn(await peer.receivedSoFar());
}

test('during many posts every member is notified of every number once, in order', async () => {
  const board = await TestBoard.start();
  const peers = await crowd(board);
  const people = await Promise.all(range(1, 5).map((each) => board.member(`person${each}`)));
  const programs = await Promise.all(
    range(1, 5).map((each) => board.memberProgram(`program${each}`)),
  );
  const own = await storm(peers).over;

  for (const person of people) expect(await toldInText(person)).toEqual(range(1, last));
  for (const program of programs) expect(await told(program)).toEqual(range(1, last));
  for (const [at, peer] of peers.entries()) {
    const mine = own[at] ?? [];
    expect(mine).toEqual([...mine].sort((a, b) => a - b));
    const others = range(1, last).filter((number) => !mine.includes(number));
    expect(await told(peer)).toEqual(others);
  }
});

test('when a notice arrives, its message is committed', async () => {
  const board = await TestBoard.start();
  const peers = await crowd(board);
  const witness = await board.memberProgram('witness');
  const database = board.database();
  const newest = database.prepare('SELECT max(number) FROM messages').pluck();
  const committed: number[] = [];
  witness.socket.on('data', () => {
    const told = numbersTold(witness).length - committed.length;
    for (let each = 0; each < told; each++) committed.push(newest.get() as number);
  });
  await storm(peers).over;
  const numbers = await told(witness);
  expect(numbers.length).toBe(last);
  for (const [at, number] of numbers.entries())
    expect(committed[at]).toBeGreaterThanOrEqual(number);
});

test('a member who joins during many posts misses no message and sees none twice', async () => {
  const board = await TestBoard.start();
  const peers = await crowd(board);
  const programs = await Promise.all(range(1, 5).map((each) => board.program(`program${each}`)));
  const people = await Promise.all(range(1, 5).map((each) => board.person(`person${each}`)));
  const { over, reaches } = storm(peers);

  const joinedPrograms = programs.map(async (program, at) => {
    await reaches(100 + at * 150);
    const { messages } = await program.call('group.join', { group: 'main' });
    return messages.map(({ number }) => number);
  });
  const joinedPeople = people.map(async (person, at) => {
    await reaches(150 + at * 150);
    person.send('%join');
  });
  await Promise.all([over, ...joinedPeople]);

  for (const [at, program] of programs.entries()) {
    const shown = (await joinedPrograms[at]) ?? [];
    const [first = 0] = shown;
    expect(shown).toEqual([first, first + 1]);
    expect(first).toBeGreaterThan(1);
    expect(await told(program)).toEqual(range(first + 2, last));
  }
  for (const person of people) {
    const numbers = await toldInText(person);
    expect(numbers[0]).toBeGreaterThan(1);
    expect(numbers).toEqual(range(numbers[0] ?? 0, last));
  }
});

test('a member who logs in during many posts is notified of all messages after the last number', async () => {
  const board = await TestBoard.start();
  const names = range(1, 8).map((each) => `member${each}`);
  for (const name of names) {
    const peer = await board.memberProgram(name);
    await peer.call('session.logout', {});
  }
  const peers = await crowd(board);
  const members = await Promise.all(names.map(() => board.connectProgram()));
  const { over, reaches } = storm(peers);
  const logins = members.map(async (member, at) => {
    await reaches(50 + at * 110);
    const { memberships } = await member.call('session.login', { user: names[at] ?? '' });
    return memberships[0];
  });
  await over;
  for (const [at, member] of members.entries()) {
    const { lastNumber = 0, unread = 0 } = (await logins[at]) ?? {};
    expect(lastNumber).toBeGreaterThanOrEqual(50 + at * 110);
    expect(unread).toBe(lastNumber);
    expect(await told(member)).toEqual(range(lastNumber + 1, last));
  }
});

test('a member who leaves and joins again during many posts is notified of all messages after each join', async () => {
  const board = await TestBoard.start();
  const peers = await crowd(board);
  const movers = await Promise.all(range(1, 5).map((each) => board.memberProgram(`mover${each}`)));
  const { over } = storm(peers);
  const moved = movers.map(async (mover) => {
    const joinedAt: number[] = [];
    for (const turn of range(1, posts)) {
      // In one write, so that few messages are posted between the two.
      const lines = ['group.leave', 'group.join'].map((method) => {
        const request = { jsonrpc: '2.0', id: `${method}${turn}`, method };
        return `${JSON.stringify({ ...request, params: { group: 'main' } })}\n`;
      });
      mover.write(lines.join(''));
      const { error, result } = await mover.reply(`group.join${turn}`);
      expect(error).toBeUndefined();
      const { messages } = result as Result<'group.join'>;
      joinedAt.push(messages.at(-1)?.number ?? 0);
    }
    return joinedAt;
  });
  await over;
  for (const [at, mover] of movers.entries()) {
    const joinedAt = (await moved[at]) ?? [];
    const numbers = await told(mover);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    // Others may post between the leaving and the joining: such a gap ends where the member joined.
    const ends = [...numbers.map((number) => number - 1), last].filter(
      (number) => number > 0 && !numbers.includes(number),
    );
    expect(ends.filter((number) => !joinedAt.includes(number))).toEqual([]);
  }
});
