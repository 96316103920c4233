import { expect, test } from 'vitest';
import { canMount } from '../helpers/disk.ts';
import { has } from '../helpers/programs.ts';
import { misfiring } from './drill/alerts.ts';
import type { Night } from './drill/night.ts';
import { nightsOfFiles } from './drill/nights-of-files.ts';
import { nightsOfNetwork } from './drill/nights-of-network.ts';
import { Scene } from './drill/scene.ts';
import { documentedNights, holds } from './drill/table.ts';
import { report, setting } from './settings.ts';

// Bad nights of an operator: each fault is made on a real board, and what the board says of it is
// compared with the table in docs/operations.md. `npm run drill` has them all, the suite the quick ones.
const all = setting('all', 0) > 0;
const nights = [...nightsOfFiles, ...nightsOfNetwork];
const rows = documentedNights();

const possible: Readonly<Record<NonNullable<Night['needs']>, boolean>> = {
  linux: process.platform === 'linux',
  mount: canMount,
  openssl: has('openssl'),
  strace: has('strace'),
};
const canEvaluateAlerts = has('promtool');

/** The lines of a log as an operator reads them: the message, and that of the error. */
function readable(log: string): string[] {
  return log.split('\n').map((line) => {
    if (!line.startsWith('{')) return line;
    const { msg, err, code } = JSON.parse(line);
    return [msg, err?.message, code].filter(Boolean).join(': ');
  });
}

test('the drill and docs/operations.md have the same faults', () => {
  expect(rows.map(({ night }) => night).sort()).toEqual(nights.map(({ title }) => title).sort());
});

for (const night of nights) {
  const { title, needs, quick = false, once = false, happens } = night;
  const isPossible = needs === undefined || possible[needs];
  test.skipIf(!isPossible || (!quick && !all))(
    `an operator learns that ${title}${needs ? ` (needs ${needs})` : ''}`,
    async () => {
      const row = rows.find((each) => each.night === title);
      if (!row) throw new Error('docs/operations.md has no such night');
      const scene = new Scene();
      await happens(scene);
      const saysSo = () => readable(scene.log).some((line) => holds(line, row.log));
      if (row.log.length > 0) {
        const said = () => (saysSo() ? 'the line' : readable(scene.log).slice(-20));
        await expect.poll(said, { timeout: 20_000 }).toBe('the line');
      }
      const { health, healthText, metrics } = await scene.look();
      expect({ health, healthText }).toEqual({
        health: row.health,
        healthText: expect.toSatisfy((text: string) => holds(text, row.healthText)),
      });
      const unchanged = row.metrics.filter((name) => scene.before?.[name] === metrics?.[name]);
      expect(unchanged).toEqual([]);
      // A board that says that it is well serves its members, and no other does.
      if (health > 0) expect(await scene.post()).toBe(health === 200);
      if (canEvaluateAlerts) {
        const change = { before: scene.before, after: metrics, once };
        expect(misfiring(row.alerts, change)).toBe('');
      } else report(`${title}: the alerts were left out, because promtool is missing`);
      report(`${title}: as docs/operations.md says`);
    },
    60_000,
  );
}
