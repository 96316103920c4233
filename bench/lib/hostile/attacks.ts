import { connect, type Socket } from 'node:net';
import { requestLine } from '../../../test/helpers/json-lines.ts';

/** What hostile connections do. */
export interface Attack {
  /** How many connections there are at once, in each of the runs. */
  readonly connections: number[];
  /** Variables of the server, if the attack needs others than the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** `echo` for a control: the members and the attack use a server that only sends back what it receives. */
  readonly target?: 'echo';
  /** Opens connection `number` and attacks until the process is killed. */
  attack(run: { port: number; number: number }): Promise<void>;
}

const oneAndTen = [1, 10];
export const groups = 300;
/** Users `hostile0` … that are in every group. */
export const hostileUsers = 40;

const request = (method: string, params: object = {}) => requestLine(method, params, 1);

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => resolve(socket)).once('error', reject);
    socket.on('error', () => {});
  });
}

/** Logs in. Everything received later is dropped. */
async function logIn(port: number, user: string): Promise<Socket> {
  const socket = await open(port);
  socket.write(request('session.login', { user }));
  await new Promise<void>((resolve) => {
    let text = '';
    const look = (chunk: Buffer) => {
      text += chunk;
      if (!text.includes('"id":1')) return;
      socket.off('data', look);
      resolve();
    };
    socket.on('data', look);
  });
  socket.resume();
  return socket;
}

/** Writes `chunk` again and again, as fast as the server reads. */
function pump(socket: Socket, chunk: string): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', write);
  write();
}

/** An attack by logged-in users who send one line again and again. */
function repeated(line: string): Attack {
  return {
    connections: oneAndTen,
    async attack({ port, number }) {
      const socket = await logIn(port, `hostile${number}`);
      pump(socket, line.repeat(Math.max(1, Math.floor(65_536 / line.length))));
    },
  };
}

/** The same attack without a login. */
function byStrangers(line: string, connections = oneAndTen): Attack {
  return {
    connections,
    async attack({ port }) {
      const socket = await open(port);
      socket.resume();
      pump(socket, line.repeat(Math.max(1, Math.floor(65_536 / line.length))));
    },
  };
}

const padding = 'x'.repeat(255 * 1024);
const largePing = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"x":"${padding}"}\n`;
const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at]));

const halfLines: Attack = {
  connections: [1000],
  async attack({ port }) {
    const socket = await open(port);
    socket.resume();
    socket.write(`{"x":"${padding}`);
  },
};
const comeAndGo: Attack = {
  connections: oneAndTen,
  async attack({ port }) {
    const again = async () => {
      const socket = await open(port).catch(() => undefined);
      if (!socket) return void setTimeout(again, 10);
      socket.on('close', again);
      socket.write(request('rpc.discover'));
      socket.once('data', () => socket.resetAndDestroy());
    };
    await again();
  },
};
const overEcho = (attack: Attack): Attack => ({ ...attack, target: 'echo' });

export const attacks: Record<string, Attack> = {
  // Shows how much of the effect is due to the machine being busy.
  'control: the attacker only computes': {
    connections: [1],
    async attack() {
      const compute = () => {
        const until = performance.now() + 10;
        while (performance.now() < until);
        setImmediate(compute);
      };
      compute();
    },
  },
  'control: pings at an echo server': overEcho(repeated(request('ping'))),
  'control: pings of 240 KiB at an echo server': overEcho(repeated(largePing)),
  'control: strangers who come and go at an echo server': overEcho(comeAndGo),
  'control: half lines at an echo server': overEcho(halfLines),
  'strangers fill the memory': {
    connections: [4, 40],
    async attack({ port }) {
      const socket = await open(port);
      socket.pause();
      socket.write(request('rpc.discover').repeat(488));
      for (let at = 0; at < 930; at++) socket.write(largePing);
    },
  },
  'users fill the memory': {
    connections: [4, 40],
    async attack({ port, number }) {
      const socket = await logIn(port, `hostile${number}`);
      socket.pause();
      socket.write(request('rpc.discover').repeat(488));
      for (let at = 0; at < 930; at++) socket.write(largePing);
    },
  },
  'half lines that never end': halfLines,
  'half lines in small pieces': {
    connections: [500],
    async attack({ port }) {
      const socket = await open(port);
      socket.resume();
      socket.write('{"x":"');
      setInterval(() => socket.write('x'), 20);
    },
  },
  'half lines of users': {
    connections: [400],
    async attack({ port, number }) {
      const socket = await logIn(port, `many${number}`);
      socket.write(`{"x":"${padding}`);
    },
  },
  'members who never read': {
    connections: [200],
    async attack({ port, number }) {
      const socket = await logIn(port, `many${number}`);
      socket.write(request('group.join', { group: 'main' }));
      socket.pause();
      if (number < 10) {
        const writer = await logIn(port, `hostile${number}`);
        const subject = '字'.repeat(200);
        pump(writer, request('message.post', { group: 'main', subject, content: 'c' }).repeat(10));
      }
    },
  },
  'lists asked for and not read': {
    connections: [40],
    async attack({ port, number }) {
      const socket = await logIn(port, `hostile${number}`);
      socket.pause();
      socket.write(request('message.list', { group: 'g0', limit: 1000 }).repeat(500));
    },
  },
  'pings, by strangers': byStrangers(request('ping')),
  'rpc.discover, by strangers': byStrangers(request('rpc.discover')),
  'help, by strangers': byStrangers('%help\n'),
  'wide objects, by strangers': byStrangers(request('ping', wide)),
  'deep arrays, by strangers': byStrangers(`${'['.repeat(120_000)}${']'.repeat(120_000)}\n`),
  // Each mark moves past every mark of the other class, so `normalize` takes quadratic time.
  'a password of costly Unicode, by a stranger': byStrangers(
    request('session.login', {
      user: 'a',
      password: `a${'\u0301'.repeat(61_000)}${'\u0316'.repeat(61_000)}`,
    }),
    [1],
  ),
  'strangers who come and go': comeAndGo,
  pings: repeated(request('ping')),
  'pings of 240 KiB': repeated(largePing),
  'wide objects': repeated(request('ping', wide)),
  'deep arrays': repeated(
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(120_000)}${']'.repeat(120_000)}}\n`,
  ),
  'strings of escapes': repeated(
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"x":"${'\\"'.repeat(120_000)}"}\n`,
  ),
  'lines that are not UTF-8': repeated(Buffer.from([0xff, 0x0a]).toString('latin1').repeat(1000)),
  'rpc.discover': repeated(request('rpc.discover')),
  'group.list': repeated(request('group.list')),
  'group.members of 10,000': repeated(request('group.members', { group: 'g1' })),
  'message.list of 1,000': repeated(request('message.list', { group: 'g0', limit: 1000 })),
  'joining and leaving': repeated(
    request('group.join', { group: 'g1' }) + request('group.leave', { group: 'g1' }),
  ),
  'posts of 32 KiB': repeated(
    request('message.post', { group: 'g0', subject: 's', content: 'x'.repeat(32 * 1024) }),
  ),
  'users who come and go': {
    connections: oneAndTen,
    async attack({ port, number }) {
      const again = async () => {
        const socket = await open(port).catch(() => undefined);
        if (!socket) return void setTimeout(again, 10);
        socket.on('close', again);
        socket.write(request('session.login', { user: `hostile${number}` }));
        socket.write(request('message.list', { group: 'g0', limit: 1000 }).repeat(10));
        setTimeout(() => socket.resetAndDestroy(), 50);
      };
      await again();
    },
  },
  'lists, as text': {
    connections: oneAndTen,
    async attack({ port, number }) {
      const socket = await open(port);
      socket.resume();
      socket.write(`hostile${number}\n`);
      pump(socket, '%grouplist g0 1000\n'.repeat(100));
    },
  },
};
