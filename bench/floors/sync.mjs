// What one disk sync takes here: appends what a commit of one post writes, four pages, and syncs.
// node sync.mjs <file> <times>: prints the times in milliseconds as a JSON array.
import { fdatasyncSync, openSync, writeSync } from 'node:fs';

const [file, times] = process.argv.slice(2);
const descriptor = openSync(file, 'w');
const pages = Buffer.alloc(4 * 4096, 1);
const taken = Array.from({ length: Number(times) }, () => {
  const start = performance.now();
  writeSync(descriptor, pages);
  fdatasyncSync(descriptor);
  return performance.now() - start;
});
console.log(JSON.stringify(taken));
