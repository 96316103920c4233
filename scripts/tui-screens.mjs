// Prints the screens that docs/tui.md shows, and draws one as docs/tui.svg from its cells: the built program in a terminal, with a
// real board.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, person, startBoard } from './terminal-board.mjs';
import { svgOf } from './terminal-svg.mjs';

const picture = fileURLToPath(new URL('../docs/tui.svg', import.meta.url));
const ctrlS = '\x13';
const pause = () => new Promise((resolve) => setTimeout(resolve, 1000));

const board = await startBoard();
try {
  const before = new Client('chat', 'alice');
  await before.type('%join\r%join news\r', /Group: news[\s\S]*>$/);
  await before.type('%password\r', /New password:$/);
  await before.type('battery staple\r', /again:$/);
  await before.type('battery staple\r', /protected[\s\S]*>$/);
  await before.type('%create ops open Deployments and incidents\r', /to write there[\s\S]*>$/);
  await before.type('%exit\r', /Goodbye/);
  const groups = ['main', 'news', 'ops'];
  const [bob, carol, dave, erin] = ['bob', 'carol', 'dave', 'erin'].map((name) =>
    person(name, groups),
  );
  await pause();
  erin.post('main', 'Release 0.2', 'It is out since this morning. Thank you all.');
  bob.post('main', 'Parking', 'The yard is closed until noon.');
  await pause();
  bob.post(
    'main',
    'Lunch on Friday',
    'The place at the corner has a new menu: 寿司 and soup.\nWho is in?',
  );
  await pause();
  carol.post('main', 'Re: Lunch on Friday', 'Count me in.\nI will be ten minutes late.', 3);
  await pause();
  dave.post(
    'main',
    'Re: Lunch on Friday',
    '@alice, are you coming too?\n\n> Who is in?\n\nIf so, I book a table for four: https://board.example/lunch',
    4,
  );
  erin.post('news', 'Outing', 'The boat leaves at nine from the bridge.\nBring something to eat.');
  bob.post('ops', 'Disk of the build machine', 'It is 91% full. I clean up at six.');
  await pause();

  const alice = new Client('tui', 'alice', { cols: 100, rows: 26 });
  await alice.answer(/assword/, 'battery staple\r');
  await alice.shows(/Space next/);
  await alice.shows(/Release 0\.2/);
  await pause();
  for (let page = 0; page < 8 && !/are you coming/.test(alice.screen); page++) {
    alice.process.write(' ');
    await pause();
  }
  alice.print('Reading');
  writeFileSync(picture, svgOf(alice.terminal, 'corkboard in a terminal of 100 columns'));

  await alice.type('r', /Reply/);
  await alice.type('Count me in, @da\t', /@dave/);
  await alice.type('\rI bring the drawings.', /drawings/);
  alice.print('Writing');
  await alice.type(ctrlS, /is message 6/);
  await alice.type('?', /In the list of threads/);
  alice.print('Keys');
  await alice.type('q', /Space next/);
  alice.process.write('gne');
  await pause();
  alice.print('Going');
  await alice.type('\r', /Outing/);
  await alice.type('//', /[Ss]earch/);
  await alice.type('lunch\r', /#6 alice/);
  alice.print('Searching');

  const small = new Client('tui', 'alice', { cols: 40, rows: 10 });
  await small.answer(/assword/, 'battery staple\r');
  await small.shows(/Space next/);
  await pause();
  small.print('The smallest screen');
  for (const client of [alice, small]) client.process.kill();
  for (const each of [bob, carol, dave, erin]) each.leave();
} finally {
  await board.stop();
}
