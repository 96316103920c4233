// Loaded into the server by `--require`: on SIGUSR2 it prints, since the last time, the longest stop of the event loop, and of
// the processor time of its thread between two timers of 1 ms the most and the 99th percentile. The processor time is what a
// turn of the event loop costs without the other work of the machine.
const { monitorEventLoopDelay } = require('node:perf_hooks');

const resolution = 1;
const delay = monitorEventLoopDelay({ resolution });
delay.enable();
// How many intervals used so many tenths of a millisecond. The last entry has all longer ones.
const used = new Uint32Array(10_001);
let most = 0;
let before = process.threadCpuUsage();
setInterval(() => {
  const now = process.threadCpuUsage();
  const worked = (now.user + now.system - before.user - before.system) / 1000;
  before = now;
  most = Math.max(most, worked);
  used[Math.min(used.length - 1, Math.round(worked * 10))]++;
}, resolution).unref();

function p99() {
  let left = used.reduce((sum, count) => sum + count, 0) * 0.99;
  const isLast = (count) => {
    left -= count;
    return left <= 0;
  };
  return used.findIndex(isLast) / 10;
}

process.on('SIGUSR2', () => {
  const longest = delay.max / 1e6 - resolution;
  console.log(`stopped ${longest.toFixed(1)} ${most.toFixed(1)} ${p99().toFixed(1)}`);
  delay.reset();
  used.fill(0);
  most = 0;
});
