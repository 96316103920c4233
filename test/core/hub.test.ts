import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import {
  type Group,
  type OpenedLogin,
  openRules,
  plainFields,
  type User,
} from '../../src/board/types.ts';
import { Channel } from '../../src/core/channel.ts';
import { Hub } from '../../src/core/hub.ts';
import { Incidents } from '../../src/core/incidents.ts';
import { type Outlet, Session } from '../../src/core/session.ts';
import { SessionLog } from '../../src/core/session-log.ts';
import { jsonDialect } from '../../src/doors/dialects/json.ts';
import { textDialect } from '../../src/doors/dialects/text.ts';
import { ServerCounts } from '../../src/metrics/counts.ts';
import type { Notice } from '../../src/protocol/schemas.ts';

const group = { id: 1, name: 'main' };

const silent = pino({ level: 'silent' });
const log = new SessionLog(silent, new Incidents(silent));

/** A session of `hub`; `send` is called with each chunk for its peer. */
function sessionOf(
  hub: Hub,
  id: number,
  send: (session: Session, text: string) => void,
  encoding = textDialect,
) {
  const outlet: Outlet = {
    encoding,
    load: { unsentBytes: 0, requestsWaiting: 0 },
    entered: () => {},
    charge: () => {},
    notify: (announcement) => send(session, String(announcement.in(encoding))),
    stop: () => {},
    retire: () => {},
    close: () => hub.remove(session),
  };
  const session: Session = new Session(id, { address: '127.0.0.1', secure: false }, log, outlet);
  hub.add(session);
  return session;
}

function loginOf(user: User, token: string, groups: readonly Group[] = [group]): OpenedLogin {
  const own = { lastRead: 0, ranges: '', lastNumber: 0, joinedAt: 0, notify: 'all' as const };
  const memberships = groups.map((of) => ({ group: of, ...own }));
  return {
    user,
    since: 0,
    memberships,
    proof: { passwordHash: null, key: null, isProtected: true },
    token: { id: token, epoch: 0, issuedAt: 1 },
  };
}

function logIn(hub: Hub, { id }: Session, groups?: readonly Group[]): void {
  const login = loginOf({ id, name: `user${id}` }, `token${id}`, groups);
  hub.publish({ type: 'session.opened', origin: id, login });
}

test('a session that joins a group whose only other member is being closed gets its notices', () => {
  const hub = new Hub(new ServerCounts());
  const told: string[] = [];
  // Its limit is reached by the next notice.
  const first = sessionOf(hub, 1, (session) => session.close('TOO_SLOW', 'too slow'));
  const second = sessionOf(hub, 2, (_, text) => told.push(text));
  const purge = { type: 'messages.purged', group, count: 1, first: 1, last: 1 } as const;
  logIn(hub, first);
  hub.publish(purge);
  logIn(hub, second);
  hub.publish(purge);
  hub.endTurn();
  hub.close();
  expect(told).toEqual(['[GROUP:main] [NOTIFY] Message 1 was removed by the operator.\n']);
});

test('a read mark is sent after the messages of the same turn that it counts as read', () => {
  const hub = new Hub(new ServerCounts());
  const told: unknown[] = [];
  const send = (_: Session, text: string) => told.push(JSON.parse(text).method);
  const reader = sessionOf(hub, 1, send, jsonDialect);
  logIn(hub, reader);
  const from = { number: 1, senderId: 2, sender: 'user2', postedAt: 1, subject: 's', thread: 1 };
  const message = { ...from, ...plainFields };
  const user = { id: 1, name: 'user1' };
  hub.publish({ type: 'message.posted', origin: 2, group, message });
  hub.publish({
    type: 'marks.changed',
    origin: 3,
    group,
    user,
    marks: { lastRead: 1, ranges: [] },
  });
  hub.endTurn();
  hub.close();
  expect(told).toEqual(['message.posted', 'marks.changed']);
});

test('each of two sessions that change a group in one turn is sent its last state last', () => {
  const hub = new Hub(new ServerCounts());
  const told = new Map<number, string[]>([1, 2, 3].map((id) => [id, []]));
  const send = ({ id }: Session, text: string) => {
    for (const line of text.trimEnd().split('\n')) {
      told.get(id)?.push(JSON.parse(line).params.group);
    }
  };
  for (const id of [1, 2, 3]) logIn(hub, sessionOf(hub, id, send, jsonDialect));
  const change = (was: string, name: string, origin: number) => {
    const how = { description: '', rules: openRules, by: 'user1', origin };
    hub.publish({ type: 'group.changed', group: { id: 1, name }, was, ...how });
  };
  change('main', 'a', 1);
  change('a', 'b', 1);
  hub.endTurn();
  expect([...told.values()]).toEqual([[], ['a', 'b'], ['a', 'b']]);
  change('b', 'c', 1);
  change('c', 'd', 2);
  hub.endTurn();
  hub.close();
  // The first one has been answered, and is sent what came after that.
  expect([...told.values()]).toEqual([['d'], ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']]);
});

test('each poster is sent all notices but those of its own posts, as if each were written alone', () => {
  const names = fc.array(fc.constantFrom('a', 'é', '🍜'), { minLength: 1, maxLength: 3 });
  const posts = fc.array(fc.tuple(fc.nat(3), names), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(posts, fc.boolean(), (made, asJson) => {
      const counts = new ServerCounts();
      const channel = new Channel(group, counts);
      const encoding = asJson ? jsonDialect : textDialect;
      const sent = new Map<number, string>();
      for (let id = 0; id < 4; id++) {
        const send = (_: Session, text: string) => sent.set(id, text);
        channel.add(sessionOf(new Hub(counts), id, send, encoding), 0);
      }
      const notices = made.map(([poster, words], at) => {
        const header = { number: at + 1, senderId: poster, sender: `user${poster}`, postedAt: '' };
        const message = { ...header, subject: words.join(''), thread: at + 1 };
        const params = { group: group.name, groupId: group.id, message };
        return { poster, notice: { method: 'message.posted', params } satisfies Notice };
      });
      for (const { notice, poster } of notices) channel.enqueue(notice, poster);
      channel.deliver();
      for (let id = 0; id < 4; id++) {
        const others = notices.filter(({ poster }) => poster !== id);
        const expected = others.map(({ notice }) => encoding.notice(notice)).join('');
        expect(sent.get(id) ?? '').toBe(expected);
      }
      expect(counts.notices).toBe(3 * made.length);
    }),
  );
});

test('a notice of presence reaches each of many members once, over several turns, and nobody who has left', () => {
  vi.useFakeTimers();
  try {
    const hub = new Hub(new ServerCounts());
    const told = new Map<number, number>();
    const all = Array.from({ length: 350 }, (_, at) =>
      sessionOf(hub, at + 1, ({ id }, text) => {
        if (text.includes('Online')) told.set(id, (told.get(id) ?? 0) + 1);
      }),
    );
    for (const session of all) logIn(hub, session);
    vi.advanceTimersToNextTimer();
    expect(told.size).toBe(100);
    const leaving = all.slice(300);
    for (const { id } of leaving) {
      const user = { id, name: `user${id}` };
      hub.publish({ type: 'member.left', group, user, origin: id });
    }
    while (told.size < 300) vi.advanceTimersToNextTimer();
    vi.advanceTimersToNextTimer();
    expect([...told.keys()]).toEqual(all.slice(0, 300).map(({ id }) => id));
    expect(new Set(told.values())).toEqual(new Set([1]));
    hub.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a member who is renamed after coming is announced under the new name', () => {
  vi.useFakeTimers();
  try {
    const hub = new Hub(new ServerCounts());
    const told: string[] = [];
    const watcher = sessionOf(hub, 1, (_, text) => told.push(text));
    logIn(hub, watcher);
    vi.advanceTimersByTime(10_000);
    told.length = 0;
    const comer = sessionOf(hub, 2, () => {});
    logIn(hub, comer);
    const user = { id: 2, name: 'alicia' };
    hub.publish({ type: 'user.renamed', user, was: 'user2', groups: [group] });
    vi.advanceTimersByTime(10_000);
    hub.remove(comer);
    vi.advanceTimersByTime(10_000);
    hub.close();
    expect(told.slice(1)).toEqual([
      '[GROUP:main] [NOTIFY] Online: alicia.\n',
      '[GROUP:main] [NOTIFY] Offline: alicia.\n',
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test('a notice of presence names 50 of the members who came, and counts the others', () => {
  vi.useFakeTimers();
  try {
    const hub = new Hub(new ServerCounts());
    const told: { params: Notice['params']; bytes: number }[] = [];
    const watcher = sessionOf(
      hub,
      9999,
      (_, text) => told.push({ ...JSON.parse(text), bytes: text.length }),
      jsonDialect,
    );
    logIn(hub, watcher);
    vi.advanceTimersByTime(10_000);
    told.length = 0;
    for (let id = 1; id <= 1400; id++)
      logIn(
        hub,
        sessionOf(hub, id, () => {}),
      );
    while (told.length === 0) vi.advanceTimersToNextTimer();
    expect(told.map(({ params }) => params)).toEqual([
      {
        group: 'main',
        groupId: 1,
        online: Array.from({ length: 50 }, (_, at) => `user${at + 1}`),
        offline: [],
        moreOnline: 1350,
      },
    ]);
    expect(told[0]?.bytes).toBeLessThan(1024);
    hub.close();
  } finally {
    vi.useRealTimers();
  }
});

test('when thousands of members come back, they get fewer notices of presence than one a second', () => {
  vi.useFakeTimers();
  try {
    const counts = new ServerCounts();
    const hub = new Hub(counts);
    const groups = [1, 2, 3, 4, 5].map((id) => ({ id, name: `group${id}` }));
    let id = 0;
    const come = (count: number) => {
      for (const end = id + count; id < end; )
        logIn(
          hub,
          sessionOf(hub, ++id, () => {}),
          groups,
        );
    };
    come(4000);
    vi.advanceTimersByTime(1500);
    // All of the first are notified, in five groups. That is a lot, so the next notices are sent two seconds after them.
    expect(counts.notices).toBe(20_000);
    come(10);
    vi.advanceTimersByTime(1400);
    expect(counts.notices).toBe(20_000);
    vi.advanceTimersByTime(600);
    expect(counts.notices).toBe(40_050);
    hub.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a session that is logged in while notices of presence are sent gets none of them', () => {
  vi.useFakeTimers();
  try {
    const hub = new Hub(new ServerCounts());
    const told = new Set<number>();
    const watched = (id: number) => sessionOf(hub, id, (session) => told.add(session.id));
    const all = Array.from({ length: 150 }, (_, at) => watched(at + 1));
    const late = watched(151);
    for (const session of all) logIn(hub, session);
    vi.advanceTimersToNextTimer();
    expect(told.size).toBe(100);
    logIn(hub, late);
    vi.advanceTimersByTime(100);
    expect(told.size).toBe(150);
    expect(told.has(late.id)).toBe(false);
    hub.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a session is sent the presence in all of its groups in one turn, so that it is written once', () => {
  vi.useFakeTimers();
  try {
    const hub = new Hub(new ServerCounts());
    const groups = [1, 2, 3].map((id) => ({ id, name: `group${id}` }));
    const told = new Map<number, string[]>();
    const all = Array.from({ length: 200 }, (_, at) =>
      sessionOf(hub, at + 1, ({ id }, text) => {
        told.set(id, [...(told.get(id) ?? []), text.slice(0, '[GROUP:group1]'.length)]);
      }),
    );
    for (const session of all) logIn(hub, session, groups);
    let turns = 0;
    for (let before = 0; told.size < all.length; before = told.size) {
      vi.advanceTimersToNextTimer();
      turns++;
      // Of all three groups, or of none yet.
      const count = [...told.values()].filter(({ length }) => length === groups.length).length;
      expect(count).toBe(told.size);
      // About a hundred notices in one turn.
      expect(told.size - before).toBe(Math.min(34, all.length - before));
    }
    expect(turns).toBe(Math.ceil(all.length / 34));
    const names = groups.map(({ name }) => `[GROUP:${name}]`);
    for (const texts of told.values()) expect(texts).toEqual(names);
    hub.close();
  } finally {
    vi.useRealTimers();
  }
});

test('notices cost about the same if thousands of members have muted the group', () => {
  const posted: Notice = {
    method: 'message.posted',
    params: {
      group: 'main',
      groupId: 1,
      message: { number: 1, senderId: 1, sender: 'a', postedAt: '', subject: 's', thread: 1 },
    },
  };
  const costWith = (notify: 'all' | 'none' | 'mentions') => {
    const hub = new Hub(new ServerCounts());
    const channel = new Channel({ ...group }, { notices: 0 });
    for (let id = 1; id <= 3000; id++) {
      const session = sessionOf(hub, id, () => {});
      logIn(hub, session);
      session.notify = () => {};
      channel.add(session, 1);
      channel.setNotify(session, notify);
    }
    hub.close();
    let fastest = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 10; run++) {
      for (let each = 0; each < 50; each++) channel.enqueue(posted, null);
      const start = performance.now();
      channel.deliver();
      fastest = Math.min(fastest, performance.now() - start);
    }
    return fastest;
  };
  const usual = costWith('all');
  for (const notify of ['none', 'mentions'] as const) {
    expect(costWith(notify), notify).toBeLessThan(10 * usual);
  }
});

test('a session that is over holds its name no longer, and is not announced to have gone when its user is back', () => {
  const hub = new Hub(new ServerCounts());
  const told: string[] = [];
  const other = sessionOf(hub, 9, (_, text) => told.push(text));
  logIn(hub, other);
  const logInAs = (session: Session) => {
    const own = { lastRead: 0, ranges: '', lastNumber: 0, joinedAt: 0, notify: 'all' as const };
    const login = {
      user: { id: 1, name: 'alice' },
      since: 0,
      memberships: [{ group, ...own }],
      proof: { passwordHash: null, key: null, isProtected: false },
      token: { id: `token${session.id}`, epoch: 0, issuedAt: 1 },
    };
    hub.publish({ type: 'session.opened', origin: session.id, login });
  };
  const first = sessionOf(hub, 1, () => {});
  logInAs(first);
  const second = sessionOf(hub, 2, () => {});
  logInAs(second);
  expect(second.login).toBeUndefined();
  first.end();
  logInAs(second);
  expect(second.login?.user.name).toBe('alice');
  hub.remove(first);
  expect(hub.isOnline(1)).toBe(true);
  const late = sessionOf(hub, 3, () => {});
  late.end();
  logInAs(late);
  expect(late.login).toBeUndefined();
  hub.close();
});

test('a user who comes an hour after thousands of others is announced after a second', () => {
  vi.useFakeTimers();
  try {
    const hub = new Hub(new ServerCounts());
    let told = 0;
    const groups = Array.from({ length: 60 }, (_, at) => ({ id: at + 1, name: `group${at}` }));
    const witness = sessionOf(hub, 1, (_, text) => {
      told += Number(text.includes('Online: user1000.'));
    });
    logIn(hub, witness, groups);
    const others = Array.from({ length: 300 }, (_, at) => sessionOf(hub, at + 2, () => {}));
    for (const session of others) logIn(hub, session, groups);
    vi.advanceTimersByTime(3_600_000);
    logIn(
      hub,
      sessionOf(hub, 1000, () => {}),
      groups.slice(0, 1),
    );
    vi.advanceTimersByTime(999);
    expect(told).toBe(0);
    vi.advanceTimersByTime(10);
    expect(told).toBe(1);
    hub.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a session that is over and not removed yet is not closed again when its user is expelled or changes the password', () => {
  const hub = new Hub(new ServerCounts());
  const over = sessionOf(hub, 1, () => {});
  const live = sessionOf(hub, 2, () => {});
  const closed = vi.spyOn(Session.prototype, 'close').mockImplementation(() => {});
  const user = { id: 1, name: 'user1' };
  for (const { id } of [over, live]) {
    hub.publish({ type: 'session.opened', origin: id, login: loginOf(user, `token${id}`) });
  }
  over.end();
  hub.publish({ type: 'user.expelled', user, reason: 'spam' });
  hub.publish({ type: 'password.changed', origin: 3, user, passwordHash: 'hash', opened: [] });
  expect(closed.mock.contexts).toEqual([live, live]);
  // A resume by the token of the session that is over.
  const resumed = sessionOf(hub, 3, () => {});
  hub.publish({ type: 'session.opened', origin: resumed.id, login: loginOf(user, 'token1') });
  hub.close();
  expect(closed.mock.contexts).not.toContain(over);
  closed.mockRestore();
});
