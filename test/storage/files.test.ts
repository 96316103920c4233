import { chownSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { giveToOwner } from '../../src/storage/sqlite/file/files.ts';
import { tempFolder } from '../helpers/temp.ts';

const nobody = 65534;

test.skipIf(process.getuid?.() !== 0)(
  'a file that root makes belongs to the owner of its folder, who gets no other file of root by a link',
  () => {
    const target = join(tempFolder(), 'of-root');
    writeFileSync(target, '');
    const folder = tempFolder();
    chownSync(folder, nobody, nobody);
    const made = join(folder, 'corkboard.db');
    writeFileSync(made, '');
    giveToOwner(made);
    expect(statSync(made).uid).toBe(nobody);
    const link = join(folder, 'board.sock');
    symlinkSync(target, link);
    giveToOwner(link);
    expect(statSync(target).uid).toBe(0);
  },
);
