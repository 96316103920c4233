import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import { keepDraft } from '../../src/client/drafts.ts';
import { tempFolder } from '../helpers/temp.ts';

test('a text that could not be posted is kept where its owner alone can read it', () => {
  vi.stubEnv('XDG_STATE_HOME', tempFolder());
  const file = keepDraft('half a thought');
  expect(readFileSync(file, 'utf8')).toBe('half a thought');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  expect(statSync(dirname(dirname(file))).mode & 0o777).toBe(0o700);
  vi.unstubAllEnvs();
});
