import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noMachine, onMachine } from './helpers/systemd.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
const [, installing = ''] = /^### systemd\n\n((?: {4}.*\n)+)/m.exec(page) ?? [];

test.skipIf(noMachine)(
  'systemd runs the unit after the installation of docs/operations.md',
  async () => {
    expect(installing).toContain('useradd');
    const output = await onMachine(`${installing}
systemctl is-active corkboard
corkboard post main "From here" "It works." --host 127.0.0.1 --user ann --join
systemctl show corkboard -p Type -p User -p SubState -p NRestarts
first=$(systemctl show corkboard -p MainPID --value)
grep Seccomp: /proc/$first/status
systemctl reload corkboard
test "$(systemctl show corkboard -p MainPID --value)" = $first
echo "Metrics: $(curl -sf http://127.0.0.1:9100/healthz)"
kill -KILL $first
until systemctl is-active --quiet corkboard && test "$(systemctl show corkboard -p MainPID --value)" != $first; do sleep 0.1; done
as_corkboard="setpriv --reuid=corkboard --regid=corkboard --clear-groups"
$as_corkboard corkboard message show main 1 --data /var/lib/corkboard
$as_corkboard corkboard db check --data /var/lib/corkboard
ls -l /var/lib/corkboard/corkboard.db
systemctl stop corkboard
echo "Stopped: $(systemctl show corkboard -p Result --value)"
`);
    for (const property of ['Type=notify', 'User=corkboard', 'SubState=running', 'NRestarts=0']) {
      expect(output).toContain(`${property}\n`);
    }
    // 2: the filter of the unit is in force.
    expect(output).toContain('Seccomp:\t2');
    expect(output).toContain('It works.');
    expect(output).toMatch(/^-rw------- 1 corkboard corkboard /m);
    expect(output).toContain('Stopped: success');
  },
);
