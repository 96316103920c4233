// A process of its own: makes one attack over so many connections, until it is killed.
// node bench/lib/hostile/attacker.mjs ATTACK CONNECTIONS PORT
import { getPriority, setPriority } from 'node:os';
import { attacks } from './attacks.mjs';

const [name, connections, port] = process.argv.slice(2);
// A real attacker computes on a machine of its own. Here it gets only the processor time that the
// server and the members leave. On a machine that does other work, the trial is run at a negative niceness.
setPriority(Math.min(19, getPriority() + 19));
process.on('uncaughtException', (error) => {
  if (!('code' in error)) throw error;
});
await Promise.all(
  Array.from({ length: Number(connections) }, (_, number) =>
    attacks[name].attack({ port: Number(port), number }),
  ),
);
process.send('begun');
