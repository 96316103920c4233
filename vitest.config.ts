import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/memory-folder.ts', 'test/helpers/build.ts'],
    // Most of a test is waiting for another process: more of them than cores, so that none idles.
    maxWorkers: 3,
    // No test changes a module, and loading all of them anew for each file took a third of the time.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // By default a poll gives up after a second, which a busy machine may need to start a process.
    expect: { poll: { timeout: 30_000, interval: 20 } },
  },
});
