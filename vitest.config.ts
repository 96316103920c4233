import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Small files that take long. Until it has measured the files once, vitest begins with the largest, and ends with one of these
// alone.
const longRunning =
  /\/test\/(contract\/sqlite|trials\/(crash|model|power)|visit\/sshd|server\/rights)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longRunning.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/memory-folder.ts', 'test/helpers/build.ts'],
    sequence: { sequencer: LongestFirst },
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
