// Loaded into a server whose memory is measured: collects garbage on SIGUSR2, and says so.
process.on('SIGUSR2', () => {
  globalThis.gc();
  globalThis.gc();
  console.log('collected');
});
