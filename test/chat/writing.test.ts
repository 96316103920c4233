import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tempFolder } from '../helpers/temp.ts';
import { editor } from './editor.ts';
import { aliceAndBob, aliceInChat, keys } from './support.ts';

test('%post without content takes several lines, which a dot ends and Ctrl-C gives up', async () => {
  const { alice, bob } = await aliceAndBob();
  alice.type('%post "A list"\r');
  await alice.shows(/Ctrl-C gives it up\.\n…$/);
  alice.type('first\r\r  .\r..\r%ping\r.\r');
  await alice.shows('Message 1 posted in main.');
  const { content } = await bob.call('message.get', { group: 'main', number: 1 });
  expect(content).toBe('first\n\n  .\n.\n%ping');

  alice.type('%post again\r');
  await alice.shows(/…$/);
  alice.type(`half${keys.ctrlC}`);
  await alice.shows(/\[INFO\] Nothing was posted\.\n.*>$/);
  alice.type(keys.up);
  await alice.shows(/> %post again$/);
});

test('a text that the board refuses is kept in a file, and the client says where', async () => {
  const { alice } = await aliceAndBob();
  alice.type(`%post ${'s'.repeat(201)}\r`);
  await alice.shows(/…$/);
  alice.type('dear all\r.\r');
  await alice.shows(/What you wrote is kept in (\/\S+\.txt)\.\n\[ERROR\] The subject is too long/);
  const [, file = ''] = /kept in (\/\S+\.txt)\./.exec(alice.screen) ?? [];
  expect(readFileSync(file, 'utf8')).toBe('dear all');
});

test('%compose posts the text that the editor saves, and posts nothing if the editor does not save', async () => {
  const temporary = tempFolder();
  const open = async (script: string) => {
    const { alice, bob } = await aliceAndBob({
      env: { EDITOR: editor(script), TMPDIR: temporary },
    });
    alice.type('%compose Minutes\r');
    return { alice, bob };
  };
  const kept = await open('stty -a | grep -o -e " icanon" && printf "one\\ntwo\\n" > "$1"');
  await kept.alice.shows(/ icanon\n\[SUCCESS\] Message 1 posted in main\. Subject: Minutes\n.*>$/);
  const { content } = await kept.bob.call('message.get', { group: 'main', number: 1 });
  expect(content).toBe('one\ntwo');
  // Line editing and the marks of pastes are on again.
  expect(kept.alice.raw.lastIndexOf('\x1b[?2004h')).toBeGreaterThan(
    kept.alice.raw.lastIndexOf('\x1b[?2004l'),
  );
  kept.alice.type(`%pink${keys.backspace}g\r`);
  await kept.alice.shows('[INFO] pong');

  const empty = await open('true');
  await empty.alice.shows(/Press Enter once you have saved one, Ctrl-C to post nothing\.$/);
  empty.alice.type('\r');
  await empty.alice.shows('[INFO] Nothing was posted.');
  const failing = await open('echo half > "$1"; exit 3');
  await failing.alice.shows(
    /\[ERROR\] The editor .* failed with exit code 3: nothing was posted\./,
  );
  await failing.alice.shows(/What you wrote is kept in \/\S+\.txt\./);
  expect(readdirSync(temporary)).toEqual([]);
});

test('%edit opens a message with its subject in the editor, and changes what is saved', async () => {
  const script =
    'sed -i -e "s/Lunhc/Lunch/" -e "s/yuo/you/" "$1"; grep -q again "$1" && exit 3 || :';
  const { alice, bob } = await aliceAndBob({ env: { EDITOR: editor(script) } });
  alice.type('%post Lunhc See yuo\r');
  await alice.shows('Message 1 posted in main.');
  alice.type('%edit 1\r');
  await alice.shows('[SUCCESS] Message 1 in main is edited.');
  const first = { group: 'main', number: 1 };
  expect(await bob.call('message.get', first)).toMatchObject({
    ...{ subject: 'Lunch', content: 'See you', revision: 1 },
  });
  // The line with the subject can be left out.
  alice.type('%edit 1 See you there\r');
  await alice.shows(/is edited\.[\s\S]*is edited\./);
  expect((await bob.call('message.get', first)).content).toBe('See you there');
  // An editor that changes nothing is asked about, because its window may still be open.
  alice.type('%edit #1\r');
  await alice.shows(/Press Enter once you have saved the text, Ctrl-C to change nothing\.$/);
  alice.type('\r');
  await alice.shows('[INFO] Nothing was changed.');
  alice.type('%post again x\r%edit 2\r');
  await alice.shows(/failed with exit code 3: nothing was changed\./);
  expect((await bob.call('message.get', first)).revision).toBe(2);
  alice.type('%edit Minutes\r');
  await alice.shows(/To write a new message in your editor, type %compose\s+<subject>\./);
});

test('%delete asks at a terminal, and deletes only after a yes', async () => {
  const { alice, bob } = await aliceAndBob();
  alice.type('%post Lunch x\r');
  await alice.shows('Message 1 posted in main.');
  alice.type('%delete last\r');
  await alice.shows(/Delete message 1 of main \("Lunch"\)\? Nobody can bring it back\. \(y\/N\)$/);
  alice.type('n\r');
  await alice.shows('[INFO] Nothing was deleted.');
  alice.type('%delete 1\r');
  await alice.shows(/\(y\/N\)$/);
  alice.type('y\r');
  await alice.shows('[SUCCESS] Message 1 in main is deleted.');
  expect((await bob.errorOf('message.get', { group: 'main', number: 1 })).word).toBe(
    'MESSAGE_NOT_FOUND',
  );
});

test('%post to a group of which the user is not a member fails before the text is written', async () => {
  const { alice } = await aliceInChat({ env: { EDITOR: 'false' } });
  alice.type('%groupcompose news Minutes\r');
  await alice.shows('[ERROR] You are not a member of news.');
  alice.type('%post hello\r');
  await alice.shows('[ERROR] You are not a member of main.');
});

test('a text of several lines can be typed at a terminal that cannot move its cursor', async () => {
  const { alice, bob } = await aliceAndBob({ env: { TERM: 'dumb' } });
  alice.type('%post hello\r');
  await alice.shows(/…$/);
  alice.type('one\rtwo\r.\r');
  await alice.shows('Message 1 posted in main.');
  const { content } = await bob.call('message.get', { group: 'main', number: 1 });
  expect(content).toBe('one\ntwo');
});
