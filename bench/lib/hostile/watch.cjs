// Loaded into the server by `--require`: on SIGUSR2 it prints the longest stop of the event loop since the last time, and
// the processor time of its thread during the stop with the most of it: what a stop is without the other work of the machine.
const { monitorEventLoopDelay } = require('node:perf_hooks');

const resolution = 1;
const delay = monitorEventLoopDelay({ resolution });
delay.enable();
let worked = 0;
let before = process.threadCpuUsage();
setInterval(() => {
  const { user, system } = process.threadCpuUsage(before);
  before = process.threadCpuUsage();
  worked = Math.max(worked, (user + system) / 1000);
}, resolution).unref();
process.on('SIGUSR2', () => {
  console.log(`stopped ${(delay.max / 1e6 - resolution).toFixed(1)} ${worked.toFixed(1)}`);
  delay.reset();
  worked = 0;
});
