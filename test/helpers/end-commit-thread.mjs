// Loaded into a server by `--import`: SIGUSR2 ends its thread that commits, as a crash of it would.
process.on('worker', (worker) => {
  process.once('SIGUSR2', () => void worker.terminate());
});
