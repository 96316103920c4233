import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import { keepDraft } from '../../src/chat/drafts.ts';
import { tempFolder } from '../helpers/temp.ts';

test('a text that could not be posted is kept where its owner alone can read it', () => {
  vi.stubEnv('XDG_STATE_HOME', tempFolder());
  const [, file = ''] =
    /^What you wrote is kept in (.*)\.$/.exec(keepDraft('half a thought')) ?? [];
  expect(readFileSync(file, 'utf8')).toBe('half a thought');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  expect(statSync(dirname(dirname(file))).mode & 0o777).toBe(0o700);
  vi.unstubAllEnvs();
});

test('a text that cannot be kept in any folder is printed', () => {
  vi.stubEnv('XDG_STATE_HOME', '/dev/null/state');
  vi.stubEnv('TMPDIR', '/dev/null/temporary');
  expect(keepDraft('half\na thought')).toMatch(
    /^What you wrote could not be kept in a file \(.*\)\. Copy it from here:\nhalf\na thought$/,
  );
  vi.unstubAllEnvs();
});
