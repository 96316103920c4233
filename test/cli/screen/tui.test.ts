import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestBoard } from '../../helpers/board.ts';
import { Pty, type PtyOptions } from '../../helpers/pty.ts';
import { program, TestServer } from '../../helpers/server.ts';
import { tempFolder } from '../../helpers/temp.ts';

/** Runs a line of a shell in a terminal, with `tui` as a command, and notes the modes of the terminal before and after it. */
function shell(line: string, options: PtyOptions = {}) {
  const folder = tempFolder();
  const tui = `"${process.execPath}" "${program}" tui`;
  const script = `stty -a > ${folder}/before; ${line.replaceAll('TUI', tui)}; code=$?; stty -a > ${folder}/after; echo "ended: $code"`;
  const pty = new Pty('bash', ['-c', script], { cols: 80, rows: 24, ...options });
  const modes = (when: string) => readFileSync(join(folder, when), 'utf8');
  const restored = async () => {
    await pty.exited;
    expect(modes('after')).toBe(modes('before'));
    expect(pty.isRestored).toBe(true);
  };
  return { pty, restored };
}

function screenOf(port: number, options?: PtyOptions) {
  return shell(`TUI 127.0.0.1 ${port} --user alice`, options);
}

const panes = 'corkboard · 127.0.0.1';

test('tui asks for the name and the password on the ordinary line, and then shows the screen', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await alice.call('account.setPassword', { password: 'battery staple' });
  const { pty, restored } = shell(`TUI 127.0.0.1 ${board.port}`);
  await pty.shows('What is your username?');
  pty.type('alice\r');
  await pty.shows(/assword/);
  expect(pty.isRestored).toBe(true);
  pty.type('battery staple\r');
  await pty.shows(panes);
  expect(pty.screen).toContain(`127.0.0.1:${board.port}`);
  expect(pty.screen).not.toContain('staple');
  await pty.shows('No messages yet');
  pty.type('\x03');
  await leaves(pty);
  await restored();
  expect(pty.screen).toContain('ended: 0');
  // What was on the terminal before is there again.
  expect(pty.screen).toContain('What is your username? alice');
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
])('%s ends the screen, and leaves the terminal as it was', async (signal, code) => {
  const board = await TestBoard.start();
  const { pty, restored } = shell(
    `bash -c 'echo $$ > pid; exec TUI 127.0.0.1 ${board.port} --user alice'`.replaceAll(
      ' pid',
      ` ${'$XDG_STATE_HOME'}/pid`,
    ),
  );
  await pty.shows(panes);
  process.kill(Number(readFileSync(join(pty.state, 'pid'), 'utf8')), signal as NodeJS.Signals);
  await restored();
  expect(pty.screen).toContain(`ended: ${code}`);
});

test('an error that nobody catches is printed after the terminal is restored', async () => {
  const board = await TestBoard.start();
  const bug = join(tempFolder(), 'bug.mjs');
  writeFileSync(bug, `process.on('SIGUSR2', () => { throw new Error('boom'); });`);
  const { pty, restored } = shell(
    `bash -c 'echo $$ > $XDG_STATE_HOME/pid; exec TUI 127.0.0.1 ${board.port} --user alice'`,
    { env: { NODE_OPTIONS: `--import=${bug}` } },
  );
  await pty.shows(panes);
  process.kill(Number(readFileSync(join(pty.state, 'pid'), 'utf8')), 'SIGUSR2');
  await restored();
  expect(pty.screen).toContain('Error: boom');
});

test('after a kill -9 of the server, the screen says so, and can be left', async () => {
  const server = await TestServer.start();
  const { pty, restored } = screenOf(server.port);
  await pty.shows(panes);
  server.child.kill('SIGKILL');
  await pty.shows('The connection is lost');
  pty.type('\x03');
  await leaves(pty);
  await restored();
  expect(pty.screen).toContain('ended: 0');
});

test('Ctrl-Z stops the program as a shell expects, and fg brings the screen back', async () => {
  const board = await TestBoard.start();
  const pty = new Pty('bash', ['--norc', '--noediting', '-i'], {
    cols: 80,
    rows: 24,
    env: { PS1: 'shell> ', BASH_SILENCE_DEPRECATION_WARNING: '1' },
  });
  await pty.shows('shell>');
  pty.type('stty -a > $XDG_STATE_HOME/before\r');
  pty.type(`"${process.execPath}" "${program}" tui 127.0.0.1 ${board.port} --user alice\r`);
  await pty.shows(panes);
  pty.type('\x1a');
  await pty.shows('Stopped');
  pty.type('stty -a > $XDG_STATE_HOME/after; echo modes noted\r');
  await pty.shows(/^modes noted/m);
  expect(pty.isRestored).toBe(true);
  const modes = (when: string) => readFileSync(join(pty.state, when), 'utf8');
  expect(modes('after')).toBe(modes('before'));
  pty.resize(100, 30);
  pty.type('fg\r');
  await pty.shows(panes);
  expect(pty.isRestored).toBe(false);
  await pty.until(() => pty.rows.length === 30);
  pty.type('\x03');
  await leaves(pty);
  await pty.until(() => pty.isRestored);
  pty.type('exit\r');
  await pty.exited;
});

test('a program that is stopped by another one gives the terminal back too', async () => {
  const board = await TestBoard.start();
  const pty = new Pty('bash', ['--norc', '--noediting', '-i'], {
    cols: 80,
    rows: 24,
    env: { PS1: 'shell> ' },
  });
  await pty.shows('shell>');
  pty.type(
    `bash -c 'echo $$ > $XDG_STATE_HOME/pid; exec "${process.execPath}" "${program}" tui 127.0.0.1 ${board.port} --user alice'\r`,
  );
  await pty.shows(panes);
  process.kill(Number(readFileSync(join(pty.state, 'pid'), 'utf8')), 'SIGTSTP');
  await pty.shows('Stopped');
  expect(pty.isRestored).toBe(true);
  pty.type('fg\r');
  await pty.shows(panes);
  pty.type('\x03');
  await leaves(pty);
  await pty.until(() => pty.isRestored);
});

test.each([
  [
    'TERM=dumb TUI localhost',
    {},
    'This terminal cannot move its cursor (TERM=dumb). Use corkboard chat instead.',
  ],
  [
    'TUI localhost < /dev/null',
    {},
    'tui needs a terminal for its input and its output. Use corkboard chat instead.',
  ],
  [
    'TUI localhost | cat',
    {},
    'tui needs a terminal for its input and its output. Use corkboard chat instead.',
  ],
  [
    'TUI localhost',
    { cols: 39, rows: 24 },
    'The terminal has 39 columns and 24 rows, and tui needs 40 and 10. Make it larger, or use corkboard chat.',
  ],
])('%s is refused on a terminal of %j, with what to do', async (line, size, sentence) => {
  const { pty, restored } = shell(line, size);
  await restored();
  const words = pty.screen.replaceAll(/\s+/g, ' ');
  expect(words).toContain(`corkboard: ${sentence}`);
});

test('keys come from keys.toml, and its mistakes are said with their lines', async () => {
  const board = await TestBoard.start();
  const config = tempFolder();
  mkdirSync(join(config, 'corkboard'));
  const file = join(config, 'corkboard', 'keys.toml');
  writeFileSync(file, '# mine\nhelp = "f5"\nnext = ["n", "Spcae"]\nrepyl = "r"\n');
  const env = { XDG_CONFIG_HOME: config };
  const wrong = screenOf(board.port, { env, cols: 200 });
  await wrong.restored();
  expect(wrong.pty.screen).toContain(
    `${file}: line 3: next: there is no key Spcae. Did you mean space? line 4: There is no action repyl. Did you mean reply?`,
  );
  writeFileSync(file, 'help = "f5"\n');
  const { pty, restored } = screenOf(board.port, { env });
  await pty.shows(/F5 keys/);
  pty.type('\x1b[15~');
  await pty.shows('Keys: those of this place first');
  pty.type('q');
  await pty.until(() => !pty.screen.includes('Keys: those'));
  pty.type('\x03');
  await leaves(pty);
  await restored();
});

test('a text is written with the editor of the user, and kept as a draft when the program is ended', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  alice.socket.end();
  await alice.closed();
  const { pty, restored } = shell(
    `bash -c 'echo $$ > $XDG_STATE_HOME/pid; exec TUI 127.0.0.1 ${board.port} --user alice'`,
    { env: { EDITOR: 'stty -a | grep -o " icanon" && printf "%s" "from the editor" >' } },
  );
  await pty.shows('No messages yet');
  pty.type('cLunch\r');
  await pty.shows('Subject: Lunch');
  pty.type('\x05');
  await pty.shows(/^ from the editor$/m);
  pty.type('\x1b');
  await pty.shows('The draft is kept in');
  pty.type('c');
  await pty.shows(/^ from the editor$/m);
  pty.type(' and more');
  await pty.shows('from the editor and more');
  process.kill(Number(readFileSync(join(pty.state, 'pid'), 'utf8')), 'SIGTERM');
  await restored();
  const folder = join(pty.state, 'corkboard', 'drafts', `127.0.0.1:${board.port}`, 'alice');
  const drafts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  expect(drafts).toEqual(['Subject: Lunch\n\nfrom the editor and more\n']);
});

test('what an editor has saved before it failed is in a file that the screen names', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  alice.socket.end();
  await alice.closed();
  const { pty } = shell(`TUI 127.0.0.1 ${board.port} --user alice`, {
    env: { EDITOR: 'f() { printf "%s" "an hour of work" > "$1"; return 3; }; f' },
  });
  await pty.shows('No messages yet');
  pty.type('cLunch\r');
  await pty.shows('Subject: Lunch');
  pty.type('\x05');
  await pty.shows(/What\s+you\s+saved\s+is\s+in/);
  const folder = join(pty.state, 'corkboard', 'drafts');
  const [file = ''] = readdirSync(folder).filter((name) => name.startsWith('draft-'));
  expect(readFileSync(join(folder, file), 'utf8')).toBe('an hour of work');
});

/** Answers the question whether to leave. */
async function leaves(pty: Pty): Promise<void> {
  await pty.shows('(y/N)');
  pty.type('y');
}
