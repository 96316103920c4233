// The longest stop of the event loop by any text that a user can send: each param of each method, each command.
import { readFileSync } from 'node:fs';
import { costlyTexts } from '../../../test/helpers/costly.ts';
import { Peer } from '../peers.ts';
import { startWatched, type Watched } from './watched.ts';

// UTF-16 code units of a text: with every character escaped, a line has nearly the maximum length.
const units = { program: 30_000, person: 20_000 };

interface Param {
  readonly name: string;
  readonly required?: boolean;
  readonly schema: object;
}

interface Method {
  readonly name: string;
  readonly params: readonly Param[];
}

// What ends the session, or lasts because a password is checked.
const leftOut = /^(session\.log(in|out)|session\.resume|door\..*)$/;
const commandsLeftOut = /^%(exit|quit|connect|password)$/;

// Values that fit, so that a request gets as far as it can.
const plain: Readonly<Record<string, unknown>> = {
  group: 'main',
  user: 'u1',
  number: 1,
  thread: 1,
  after: 0,
  name: 'made',
  subject: 's',
  content: 'c',
  reason: 'r',
  query: 'c',
  until: '2030-01-01T00:00:00.000000Z',
  notify: 'all',
  role: 'member',
  lastRead: 0,
  ranges: [],
};

export interface Costliest {
  /** Processor time of the event loop, in milliseconds. */
  readonly worked: number;
  readonly by: string;
  readonly inputs: number;
}

/** @param data a board that no server uses */
export async function costliestInput(data: string): Promise<Costliest> {
  const server = await startWatched(data, { settings: { CORKBOARD_RATE: 'off' } });
  let costliest: Costliest = { worked: 0, by: '', inputs: 0 };
  let inputs = 0;
  // The start of the server is no input.
  await server.longestStop();
  const note = async (by: string) => {
    const stop = await server.longestStop();
    if (stop === 'died') throw new Error(`the server died by ${by}`);
    if (stop.worked > costliest.worked) costliest = { ...stop, by, inputs };
  };
  inputs += await asProgram(server, note);
  inputs += await asPerson(server, note);
  await server.kill();
  return { ...costliest, inputs };
}

async function asProgram(server: Watched, note: (by: string) => Promise<void>): Promise<number> {
  const peer = await Peer.open(server.port);
  await peer.call('session.login', { user: 'costly' });
  await peer.call('group.join', { group: 'main' });
  await peer.call('message.post', { group: 'main', subject: 's', content: 'c' });
  const description = readFileSync(new URL('../../../docs/openrpc.json', import.meta.url), 'utf8');
  const { methods } = JSON.parse(description) as { methods: Method[] };
  let inputs = 0;
  for (const { name: method, params } of methods.filter(({ name }) => !leftOut.test(name))) {
    const others = params.filter(({ required }) => required);
    const given = Object.fromEntries(others.map(({ name }) => [name, plain[name] ?? 1]));
    const texts = params.filter(({ schema }) => JSON.stringify(schema).includes('"string"'));
    for (const { name } of texts) {
      for (const [, text] of costlyTexts(units.program)) {
        inputs++;
        await peer.call(method, { ...given, [name]: text }).catch(() => {});
      }
      await note(`${method} ${name}`);
    }
  }
  peer.close();
  return inputs;
}

async function asPerson(server: Watched, note: (by: string) => Promise<void>): Promise<number> {
  const peer = await Peer.open(server.port);
  await peer.until('costly2\n%join\n', /Members of main|already/);
  const commands = new Set<string>();
  await peer.until('%help all\n%ping\n', /pong/);
  const help = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  for (const [word] of help.matchAll(/%[a-z]+/g)) commands.add(word);
  let inputs = 0;
  for (const command of [...commands].filter((word) => !commandsLeftOut.test(word))) {
    for (const [kind, text] of costlyTexts(units.person)) {
      if (kind === 'line ends') continue;
      inputs++;
      // A command may have asked for several lines, or for a password.
      await peer.until(`${command} ${text}\n%cancel\n%ping\n%ping\n`, /pong/);
    }
    await note(command);
  }
  peer.close();
  return inputs;
}
