import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { draftsInFiles } from '../../../src/cli/screen/draft-files.ts';
import { tempFolder } from '../../helpers/temp.ts';

function draftsOf(user = 'alice') {
  const state = tempFolder();
  vi.stubEnv('XDG_STATE_HOME', state);
  const folder = join(state, 'corkboard', 'drafts', 'board.example:6789', user);
  return { drafts: () => draftsInFiles('board.example:6789', user), folder, state };
}

test('a draft is found again by the next run, and is a file that people can read', () => {
  const { drafts, folder } = draftsOf();
  const said = drafts().set('news', { subject: 'Lunch', text: 'one\n\ntwo' });
  drafts().set('news#17', { text: 'Subject: no subject\nbut text' });
  const file = join(folder, 'news.txt');
  expect(said).toBe(`The draft is kept in ${file}.`);
  expect(readFileSync(file, 'utf8')).toBe('Subject: Lunch\n\none\n\ntwo\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(drafts().get('news')).toEqual({ subject: 'Lunch', text: 'one\n\ntwo' });
  expect(drafts().get('ops')).toBeUndefined();
  drafts().set('news', undefined);
  expect(drafts().get('news')).toBeUndefined();
});

test.each(['../../etc', '.', '..', 'a/b', 'a b', 'é'.repeat(64), '漢字#7', ''])(
  'a draft for %j has a file of its own in the folder of its user',
  (place) => {
    const { drafts, folder } = draftsOf();
    drafts().set('a-b', { text: 'another' });
    drafts().set(place, { text: 'mine' });
    expect(readdirSync(folder)).toHaveLength(2);
    expect(drafts().get(place)).toEqual({ text: 'mine' });
    expect(drafts().get('a-b')).toEqual({ text: 'another' });
  },
);

test('a draft never overwrites a file that a link points to', () => {
  const { drafts, folder, state } = draftsOf();
  drafts().set('news', { text: 'one' });
  const other = join(state, 'precious');
  writeFileSync(other, 'precious');
  for (const name of ['news.txt', 'news.txt.new']) {
    rmSync(join(folder, name), { force: true });
    symlinkSync(other, join(folder, name));
  }
  drafts().set('news', { text: 'two' });
  expect(readFileSync(other, 'utf8')).toBe('precious');
  expect(drafts().get('news')).toEqual({ text: 'two' });
});

test('a draft that cannot be written is kept in memory, and the user is told why', () => {
  const { drafts, state } = draftsOf();
  writeFileSync(join(state, 'corkboard'), 'a file where a folder should be');
  const store = drafts();
  expect(store.set('news', { text: 'one' })).toMatch(
    /^The draft cannot be kept in a file: .*\. The draft is kept until you leave\.$/,
  );
  expect(store.get('news')).toEqual({ text: 'one' });
  store.set('news', undefined);
  expect(store.get('news')).toBeUndefined();
});

test('a file from before it named its place is listed as the place of its message', () => {
  const { drafts, folder } = draftsOf();
  for (const place of ['news#17', 'news#18 edit']) drafts().set(place, { text: 'mine' });
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'mine\n');
  expect(drafts().places().sort()).toEqual(['news#17', 'news#18 edit']);
});
