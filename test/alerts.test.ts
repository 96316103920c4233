import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { has } from './helpers/programs.ts';

const rules = join(import.meta.dirname, '../contrib/prometheus-rules.yml');
const cases = join(import.meta.dirname, 'fixtures/alerts.yml');

function promtool(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  expect({ args, status, said: status === 0 ? '' : stdout + stderr }).toMatchObject({ status: 0 });
  return stdout;
}

// Debian has promtool in the package prometheus, which .ci/run installs. In CI nothing is left out.
test.skipIf(!has('promtool') && !process.env.CI)(
  'each alert fires during its fault and not before (needs promtool)',
  () => {
    promtool('check', 'rules', rules);
    promtool('test', 'rules', cases);
    const alerts = [...readFileSync(rules, 'utf8').matchAll(/- alert: (\w+)/g)].map(
      ([, name]) => name,
    );
    const tested = readFileSync(cases, 'utf8')
      .split(/^ {2}- name: /m)
      .slice(1);
    const firing = tested
      .filter((text) => /exp_labels/.test(text))
      .map((text) => /^\w+/.exec(text)?.[0]);
    expect(firing).toEqual(alerts);
  },
);

test('docs/operations.md has the job name that the alert CorkboardDown uses', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
  const [, job] = /up\{job="(\w+)"\}/.exec(readFileSync(rules, 'utf8')) ?? [];
  expect(page).toContain(`job_name: ${job}\n`);
});
