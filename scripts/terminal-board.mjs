// What the scripts share that take the screens of the documents: the built program in a terminal, with a real board.
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
export async function startBoard() {
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
  return {
    /** Stops the board and removes its database. */
    stop: async () => {
      board.kill();
      await once(board, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Someone else at the board, over JSON-RPC. */
export function person(user, groups = ['main', 'news']) {
  const socket = connect(6789, '127.0.0.1');
  let id = 0;
  const send = (method, params) => {
    id += 1;
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  };
  send('session.login', { user });
  for (const group of groups) send('group.join', { group });
  return {
    join: (group, code) => send('group.join', { group, code }),
    report: (group, number, reason) => send('message.report', { group, number, reason }),
    post: (group, subject, content, replyTo) =>
      send('message.post', { group, subject, content, ...(replyTo && { replyTo }) }),
    call: send,
    protect: (password) => send('account.setPassword', { password }),
    leave: () => socket.end(),
  };
}

/** A client in a terminal of its own: `chat` or `tui`. */
export class Client {
  constructor(command, user, { cols = 80, rows = 24 } = {}) {
    this.terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true });
    this.process = spawnInTerminal(
      process.execPath,
      [program, command, 'localhost', '--user', user],
      {
        cols,
        rows,
        env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', XDG_STATE_HOME: folder },
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

  /** Waits for a question and answers it. */
  async answer(question, keys) {
    await this.shows(question);
    this.process.write(keys);
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
