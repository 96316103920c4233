import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Hub } from '../../src/core/hub.ts';
import { Incidents } from '../../src/core/incidents.ts';
import { type Outlet, Session } from '../../src/core/session.ts';
import { SessionLog } from '../../src/core/session-log.ts';
import { jsonDialect } from '../../src/doors/dialects/json.ts';
import { textDialect } from '../../src/doors/dialects/text.ts';
import { ServerCounts } from '../../src/metrics/counts.ts';

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
    delivered: true,
    entered: () => {},
    charge: () => {},
    notify: (announcement) => send(session, String(announcement.in(encoding))),
    stop: () => {},
    close: () => hub.remove(session),
  };
  const session: Session = new Session(id, { address: '127.0.0.1', secure: false }, log, outlet);
  hub.add(session);
  return session;
}

function logIn(hub: Hub, { id }: Session): void {
  const user = { id, name: `user${id}` };
  const memberships = [{ group, unread: 0, lastRead: 0, lastNumber: 0 }];
  const login = { user, since: 0, memberships, passwordHash: null, tokenHash: `token${id}` };
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
  const message = { number: 1, senderId: 2, sender: 'user2', postedAt: 1, subject: 's' };
  const user = { id: 1, name: 'user1' };
  hub.publish({ type: 'message.posted', origin: 2, group, message });
  hub.publish({ type: 'marks.changed', origin: 3, group, user, lastRead: 1 });
  hub.endTurn();
  hub.close();
  expect(told).toEqual(['message.posted', 'marks.changed']);
});
