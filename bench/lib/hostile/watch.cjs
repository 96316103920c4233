// Loaded into the server by `--require`: on SIGUSR2 it prints the longest stop of the event loop since the last time.
const { monitorEventLoopDelay } = require('node:perf_hooks');

const resolution = 1;
const delay = monitorEventLoopDelay({ resolution });
delay.enable();
process.on('SIGUSR2', () => {
  console.log(`stopped ${(delay.max / 1e6 - resolution).toFixed(1)}`);
  delay.reset();
});
