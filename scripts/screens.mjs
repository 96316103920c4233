// Prints the screens that docs/chat.md shows: the built client in a terminal, with a real board.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
// In milliseconds.
const patience = 20_000;
const folder = mkdtempSync(join(tmpdir(), 'corkboard-screens-'));

/** A board on the usual port, so that the prompt is what a user sees. */
async function startBoard() {
  const board = spawn(process.execPath, [program, 'serve', '--data', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  board.stderr.on('data', (text) => {
    log += text;
  });
  const failed = once(board, 'close').then(() => {
    throw new Error(`The board did not start:\n${log}`);
  });
  await Promise.race([once(board.stdout, 'data'), failed]);
  failed.catch(() => {});
  process.on('exit', () => board.kill());
  return board;
}

/** Someone else at the board, over JSON-RPC. */
function person(user) {
  const socket = connect(6789, '127.0.0.1');
  let id = 0;
  const send = (method, params) => {
    id += 1;
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  };
  send('session.login', { user });
  for (const group of ['main', 'news']) send('group.join', { group });
  return {
    join: (group, code) => send('group.join', { group, code }),
    report: (group, number, reason) => send('message.report', { group, number, reason }),
    post: (group, subject, content) => send('message.post', { group, subject, content }),
    protect: (password) => send('account.setPassword', { password }),
    leave: () => socket.end(),
  };
}

class Chat {
  constructor(user) {
    this.terminal = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
    this.process = spawnInTerminal(
      process.execPath,
      [program, 'chat', 'localhost', '--user', user],
      {
        cols: 80,
        rows: 24,
        env: { ...process.env, TERM: 'xterm-256color', XDG_STATE_HOME: folder },
      },
    );
    this.process.onData((data) => this.terminal.write(data, () => this.drawn?.()));
  }

  get screen() {
    const { active } = this.terminal.buffer;
    return Array.from({ length: active.length }, (_, row) =>
      active.getLine(row).translateToString(true),
    )
      .join('\n')
      .trimEnd();
  }

  async shows(what) {
    const late = setTimeout(() => {
      console.error(`waited in vain for ${what}; the screen:\n${this.screen}`);
      process.exit(1);
    }, patience);
    while (!what.test(this.screen)) {
      await new Promise((resolve) => {
        this.drawn = resolve;
      });
    }
    clearTimeout(late);
  }

  async type(keys, what) {
    this.process.write(keys);
    await this.shows(what);
  }

  print(title, from = /^/) {
    const { screen } = this;
    console.log(`## ${title}\n\n${screen.slice(screen.search(from))}\n`);
  }
}

const board = await startBoard();
try {
  const before = new Chat('alice');
  await before.type('%join\r%groupjoin news\r', /Group: news[\s\S]*>$/);
  await before.type('%exit\r', /Goodbye/);
  const bob = person('bob');
  bob.post('main', 'Lunch on Friday', 'The place at the corner has a new menu.\nWho is in?');
  bob.post('main', 'Parking', 'The yard is closed until noon.');
  bob.post('news', 'Release 2.1', 'Out since this morning.');
  await new Promise((resolve) => setTimeout(resolve, 1500));

  const alice = new Chat('alice');
  await alice.shows(/every command\.\n.*>/);
  await alice.type('\r', /left: .*\n.*>/);
  alice.print('What is unread');

  await alice.type('%post "Re: Lunch"\r', /…/);
  await alice.type('Count me in.\rI will be ten minutes late.\r.\r', /Message 3 posted/);
  await alice.type('%post half a tho', /tho/);
  bob.post('main', 'Lunch is at one', 'x');
  await alice.shows(/at one\)\n.*half a tho$/m);
  alice.print('Writing', /.*> %post "Re/);

  alice.process.write('\x03');
  await alice.type('%message \t', /4 +bob: Lunch is at one/);
  alice.print('Completing', /1 {2,}bob/);

  alice.process.write('\x03');
  alice.process.write('\x0c');
  await alice.type('%help\r', /%help moderation\.\n.*>/);
  alice.print('Help', /Groups, by name/);
  await alice.type('%help grouplist\r', /Example: .*\n.*>/);
  alice.print('Help on one command', /.*> %help grouplist/);
  alice.process.write('\x0c');
  await alice.type('%go news\r', /leaves\.\nnews.*>$/);
  bob.post('news', 'Outing', 'The boat leaves at nine from the bridge.\nBring something to eat.');
  await alice.shows(/eat\.\nnews.*>$/);
  await alice.type('I will bring cake.\r', /\(y\/N\)$/);
  await alice.type('y\r', /posted in news\. .*\n.*news.*>$/);
  for (let at = 1; at <= 15; at++) bob.post('main', `Parking ${at}`, 'x');
  await alice.shows(/new messages .*\n.*news.*>$/);
  await alice.type('%go 2\r', /leaves\.\nnews\/2.*>$/);
  await alice.type('Who has the tickets?\r', /Re: Outing\nnews\/2.*>$/);
  await alice.type('%go ..\r', /leaves\.\nnews.*>$/);
  alice.print('A place to be', /.*> %go news/);
  await alice.type('%go ..\r', /no place now\.\n.*>$/);
  alice.process.write('\x0c');
  bob.post('main', 'Friday', 'Are you in, @alice?');
  await alice.shows(/mentions you\)\n.*>$/);
  await alice.type('%mentions\r', /--- Mentions ---\n.*\n-+\n.*>$/);
  alice.print('Mentions', /\[GROUP:main\] \[NOTIFY\] New message from bob \(ID: 20/);
  await alice.type('%search lunch from:bob after:7d\r', /--- Search[\s\S]*\n-+\n.*>$/);
  alice.print('Search', /.*> %search/);
  await alice.type('%catchup all\r', /take it back\.\n.*>$/);
  await alice.type('%undo\r', /Unread again.*\n.*>$/);
  alice.print('Catching up', /.*> %catchup/);
  await alice.type('%post Lunch See yuo at one\r', /Message 21 posted.*\n.*>$/);
  await alice.type('%edit 21 See you at one\r', /is edited\.\n.*>$/);
  await alice.type('%delete 21\r', /\(y\/N\)$/);
  await alice.type('y\r', /is deleted\.\n.*>$/);
  alice.print('Editing and deleting', /.*> %edit 21/);
  const dave = person('dave');
  dave.protect('correct horse');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await alice.type('%password\r', /New password:$/);
  await alice.type('battery staple\r', /The same again:$/);
  await alice.type('battery staple\r', /is protected [\s\S]*\n.*>$/);
  await alice.type('%tell dave Are you coming on Friday?\r', /in @dave[\s\S]*\n.*>$/);
  dave.post('@alice', 'Yes', 'Yes, at one.');
  await alice.shows(/New message from dave[\s\S]*\)\n.*>$/);
  alice.print('Writing to one user', /.*> %tell/);

  alice.process.write('\x0c');
  const carol = new Chat('carol');
  await carol.shows(/every\s+command\.\n.*>$/);
  await carol.type('%password\r', /New password:$/);
  await carol.type('correct horse\r', /The same again:$/);
  await carol.type('correct horse\r', /is protected [\s\S]*\n.*>$/);
  await alice.type('%create plans invite What we do in summer\r', /to write there[\s\S]*>$/);
  await alice.type('%invite plans carol\r', /You invited carol[\s\S]*>$/);
  await carol.type('%join plans\r', /You joined plans[\s\S]*>$/);
  await alice.shows(/carol joined the group\.\n.*>$/);
  await alice.type('%invite plans --code --uses 2 --until 2d\r', /joins with[\s\S]*>$/);
  const [, code] = /%join plans\s+([0-9a-f]+)/.exec(alice.screen);
  dave.join('plans', code);
  await alice.shows(/dave joined the group\.\n.*>$/);
  await alice.type('%mod plans carol\r', /is a moderator[\s\S]*>$/);
  alice.print('A group of your own', /.*> %create/);
  await carol.shows(/made carol a moderator\.\n.*>$/);
  const erin = person('erin');
  erin.join('plans', code);
  await carol.shows(/erin joined the group\.\n.*>$/);
  carol.process.write('\x0c');
  await carol.type('%go plans\r', /leaves\.\nplans.*>$/);
  erin.post('plans', 'Watches', 'Buy them here.');
  await carol.shows(/Buy them here\.\nplans.*>$/);
  dave.report('plans', 1, 'an advertisement');
  await carol.shows(/reported message 1[\s\S]*\nplans.*>$/);
  await carol.type('%delete 1 an advertisement\r', /\(y\/N\)$/);
  await carol.type('y\r', /is deleted\.\nplans.*>$/);
  await carol.type('%bar erin advertisements\r', /undoes it\.\nplans.*>$/);
  carol.print('Moderating', /.*> %go plans/);
  await alice.shows(/barred erin[\s\S]*\n.*>$/);
  alice.process.write('\x0c');
  await alice.type('%log plans\r', /carol barred erin.*\n-+\n.*>$/);
  await alice.type('%groups\r', /--- Groups ---[\s\S]*\n-+\n.*>$/);
  await alice.type('%about plans\r', /--- Group: plans ---[\s\S]*\n-+\n.*>$/);
  alice.print('The log', /.*> %log plans/);
  alice.process.write('\x0c');
  await alice.type('%help moderation\r', /%unsilence[\s\S]*\n.*>$/);
  alice.print('Help on moderating', /Groups of your own/);
  carol.process.write('\x04');
  erin.leave();
  alice.process.write('\x04');
  dave.leave();
  bob.leave();
} finally {
  board.kill();
  await once(board, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
