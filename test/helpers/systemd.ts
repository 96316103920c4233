import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { has } from './programs.ts';
import { tempFolder } from './temp.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const systemd = '/lib/systemd/systemd';

/** Why no machine can be booted here; undefined if one can. */
export const noMachine = whyNot();

function whyNot(): string | undefined {
  if (!has(systemd) || !has('unshare')) return 'it takes systemd and unshare';
  return process.getuid?.() === 0 ? undefined : 'it takes root';
}

// The units that services ask for by default, with nothing in them: the machine has no devices.
const targets = ['sysinit', 'basic', 'shutdown', 'multi-user', 'network-online'];

/**
 * Boots systemd on a machine of its own, made of this one's programs: namespaces for processes, mounts and the
 * network, with `/etc`, `/run`, `/tmp`, `/usr/local` and `/var/lib` that vanish with it. The repository is at `/mnt`;
 * `corkboard` and the Node of the tests are in `/usr/local/bin`.
 * @param script commands that run there as root, each of which has to succeed
 * @returns all that they printed
 */
export async function onMachine(script: string): Promise<string> {
  const shared = tempFolder();
  writeFileSync(join(shared, 'script'), `cd /mnt\nset -e\n${script}`);
  writeFileSync(join(shared, 'boot'), boot());
  const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child'];
  // It ends with the tests, also if those are killed.
  const command = ['unshare', ...namespaces, '--mount-proc', 'sh', join(shared, 'boot')];
  const machine = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    stdio: 'ignore',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', SHARED: shared },
  });
  const gone = once(machine, 'exit');
  onTestFinished(async () => {
    machine.kill('SIGKILL');
    await gone;
  });
  const code = join(shared, 'code');
  const ended = (async () => {
    for await (const _ of watch(shared)) if (existsSync(code)) return;
  })();
  const stopped = gone.then(() => Promise.reject(new Error('the machine stopped')));
  await Promise.race([ended, stopped]);
  const output = readFileSync(join(shared, 'output'), 'utf8');
  const result = readFileSync(code, 'utf8').trim();
  if (result !== '0') {
    const log = readFileSync(join(shared, 'log'), 'utf8');
    throw new Error(`the script ended with ${result}: ${output}\nThe log: ${log}`);
  }
  return output;
}

function boot(): string {
  const node = process.execPath.replace(root, '/mnt');
  return `set -e
mount --make-rprivate /
mount --bind "$SHARED" /srv
mount --bind ${root} /mnt
mount -t tmpfs none /tmp
for folder in etc var/lib usr/local; do
  mkdir -p /tmp/over/$folder/upper /tmp/over/$folder/work
  mount -t overlay none -o lowerdir=/$folder,upperdir=/tmp/over/$folder/upper,workdir=/tmp/over/$folder/work /$folder
done
mount -t tmpfs none /run
mkdir -p /run/systemd/system /usr/local/bin
cd /run/systemd/system
for name in ${targets.join(' ')}; do printf '[Unit]\\nDefaultDependencies=no\\n' > $name.target; done
for name in system -; do printf '[Unit]\\nDefaultDependencies=no\\n' > ./$name.slice; done
mkdir service.d
printf '[Service]\\nStandardOutput=append:/srv/log\\nStandardError=append:/srv/log\\n' > service.d/log.conf
cat > script.service <<'UNIT'
[Service]
Type=exec
ExecStart=/bin/sh -c 'bash /srv/script > /srv/output 2>&1; echo $? > /srv/part; mv /srv/part /srv/code'
UNIT
printf '#!/bin/sh\\nexec node /mnt/dist/cli/main.js "$@"\\n' > /usr/local/bin/corkboard
chmod +x /usr/local/bin/corkboard
ln -sf ${node} /usr/local/bin/node
ip link set lo up
export container=test SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/systemd/system
exec ${systemd} --system --log-target=null --show-status=no --unit=script.service
`;
}
