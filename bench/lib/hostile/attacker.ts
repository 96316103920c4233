// A process that makes one attack over a number of connections until it is killed.
// node bench/lib/hostile/attacker.ts ATTACK CONNECTIONS PORT
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { attacks } from './attacks.ts';

const [name, connections, port] = process.argv.slice(2);
// A real attacker computes on a machine of its own. Here it gets only the processor time that the
// server and the members leave. Linux may divide the time among sessions first (sched_autogroup), so it has
// one of its own. Beside other work, BENCH_ATTACKER_NICE=0 keeps that from starving it (docs/reliability.md).
setPriority(19);
try {
  writeFileSync('/proc/self/autogroup', process.env.BENCH_ATTACKER_NICE ?? '19');
} catch {
  // This system does not divide the time among sessions.
}
// It has a session of its own, so no signal of the terminal ends it when the trial is interrupted.
process.on('disconnect', () => process.exit());
process.on('uncaughtException', (error) => {
  if (!('code' in error)) throw error;
});
await Promise.all(
  Array.from({ length: Number(connections) }, (_, number) =>
    attacks[name].attack({ port: Number(port), number }),
  ),
);
process.send?.('begun');
