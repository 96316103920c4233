// Measures a disk sync: appends four pages, as a commit of one post does, and syncs.
// node sync.ts <file> <count> <pause>: prints the milliseconds of each as a JSON array. The pause between two
// syncs, in milliseconds, is that between the posts, because an idle disk takes longer than a busy one.
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const [file, count, rest] = process.argv.slice(2);
const descriptor = openSync(file, 'w');
const pages = Buffer.alloc(4 * 4096, 1);
const times: number[] = [];
while (times.length < Number(count)) {
  await pause(Number(rest));
  const start = performance.now();
  writeSync(descriptor, pages);
  fdatasyncSync(descriptor);
  times.push(performance.now() - start);
}
console.log(JSON.stringify(times));
