import { existsSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { editText } from '../../src/chat/editor.ts';
import { tempFolder } from '../helpers/temp.ts';
import { editor } from './editor.ts';

afterEach(() => void vi.unstubAllEnvs());

test.each([
  ['saves a text', 'echo half > "$1"; exit 3', true],
  ['saves nothing', 'exit 3', false],
  ['deletes the file', 'rm "$1"; exit 3', false],
])(
  'an editor that %s and fails: the file is named only if it has a text',
  async (_, script, saved) => {
    vi.stubEnv('XDG_STATE_HOME', tempFolder());
    vi.stubEnv('VISUAL', editor(script));
    const desk = { lend: <T>(use: () => Promise<T>) => use(), answer: async () => undefined };
    const { failure, savedIn } = await editText(desk, 'posted', 'dear all');
    expect(failure).toContain('failed with exit code 3: nothing was posted.');
    expect(savedIn !== undefined && existsSync(savedIn)).toBe(saved);
    expect(savedIn !== undefined).toBe(saved);
  },
);
