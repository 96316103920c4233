// What one disk sync takes here: appends what a commit of one post writes, four pages, and syncs.
// node sync.ts <file> <times> <pause>: prints the times in milliseconds as a JSON array. The pause between
// two, in milliseconds, is that of the posts: a disk that has rested takes longer than one kept busy.
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const [file, times, rest] = process.argv.slice(2);
const descriptor = openSync(file, 'w');
const pages = Buffer.alloc(4 * 4096, 1);
const taken = [];
while (taken.length < Number(times)) {
  await pause(Number(rest));
  const start = performance.now();
  writeSync(descriptor, pages);
  fdatasyncSync(descriptor);
  taken.push(performance.now() - start);
}
console.log(JSON.stringify(taken));
