// How hostile logins affect users with a password, and how many rows one client adds to the database. After npm run build:
//   node bench/trials/passwords.ts [--only-crowd] [main.js of another build] [node that runs it]
// Prints tables; asserts nothing. With --only-crowd, only the logins of 60 users at once.
import { parseArgs } from 'node:util';
import { LoginTrial, type Summary, strangers, users } from '../lib/hostile/logins.ts';
import { node, program } from '../lib/servers.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'only-crowd': { type: 'boolean', default: false } },
});

const shown = ({ in: inside, of, slowest }: Summary) => ({
  'got in': `${inside} of ${of}`,
  'slowest s': slowest.toFixed(1),
});

const trial = new LoginTrial(positionals[1] ?? node, positionals[0] ?? program);
await trial.begin();
if (!options['only-crowd']) {
  const table = { undisturbed: shown(await trial.beside()) };
  for (const [name, params] of Object.entries(strangers)) {
    Object.assign(table, { [name]: shown(await trial.beside(params)) });
  }
  console.table(table);
}
console.table({ [`${users} at once after a restart`]: shown(await trial.crowd()) });
if (!options['only-crowd']) {
  console.table({
    'new names': await trial.grow('users', (lane, n) => `new${lane}x${n}`),
    'logins under ten names': await trial.grow('tokens', (lane) => `again${lane}`),
  });
}
await trial.end();
process.exit(0);
