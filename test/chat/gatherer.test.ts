import { expect, test } from 'vitest';
import { Gatherer } from '../../src/chat/gatherer.ts';
import type { Notice } from '../../src/protocol/schemas.ts';

const main = { group: 'main', groupId: 1 };

test('users whom a notice of presence only counts are in the line that gathers many notices', () => {
  const lines: string[] = [];
  const gatherer = new Gatherer({
    isPersonal: () => false,
    print: () => {},
    printLine: (_, text) => lines.push(text),
  });
  const joined: Notice = {
    method: 'member.joined',
    params: { ...main, user: 'a', userId: 1, lastNumber: 0, change: 0 },
  };
  // These are printed by themselves.
  for (let nth = 0; nth < 3; nth++) gatherer.take(joined);
  const presence = { ...main, online: ['b', 'c'], offline: ['d'] };
  const params = { ...presence, moreOnline: 1350, moreOffline: 9 };
  gatherer.take({ method: 'presence.changed', params });
  gatherer.take({ method: 'presence.changed', params: presence });
  gatherer.flush();
  expect(lines).toEqual(['1354 online, 11 offline']);
});
