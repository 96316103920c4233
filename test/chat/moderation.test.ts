import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { Pty } from '../helpers/pty.ts';
import { keys } from './support.ts';

const password = 'correct horse';

/** Alice in `chat`, protected, who owns plans; bob is a program and a member of it. */
async function aliceWithPlans() {
  const board = await TestBoard.start();
  await board.protect('alice', password);
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await alice.shows(/Password.*:$/);
  alice.type(`${password}\r`);
  await alice.shows(/every command\.\n.*>$/);
  alice.type('%create plans secret\r');
  await alice.shows(/You made plans, a secret group\.\n[\s\S]*>$/);
  await board.protect('bob', password);
  const bob = await board.protectedProgram('bob', password);
  alice.type('%invite plans bob\r');
  await alice.shows('You invited bob to plans.');
  await bob.call('group.join', { group: 'plans' });
  await alice.shows(/User bob joined the group\.\n.*>$/);
  return { board, alice, bob };
}

test('chat leaves the place when the user is barred, and posts nothing of the next line', async () => {
  const { alice, bob } = await aliceWithPlans();
  await bob.call('group.create', { name: 'chess' });
  alice.type('%join chess\r%go chess\r');
  await alice.shows(/You are in chess\.[\s\S]*chess>$/);
  await bob.call('group.bar', { group: 'chess', user: 'alice', reason: 'too loud' });
  await alice.shows(
    /\[GROUP:chess\] \[NOTIFY\] You were barred from the group by bob: too loud\.\n\[INFO\] You are not in chess any more\. Lines without % are posted nowhere now\.\nalice@.*>$/,
  );
  alice.type('can you hear me\r');
  await alice.shows('"can" is no command');
});

test('chat leaves the place when the owner deletes the group in chat', async () => {
  const { alice, bob } = await aliceWithPlans();
  alice.type('%go plans\r');
  await alice.shows(/plans>$/);
  alice.type('%deletegroup\r');
  await alice.shows(/Delete plans, of 2 members, with all its messages\? .*\(y\/N\)$/);
  alice.type('n\r');
  await alice.shows(/Nothing was deleted\.\nplans>$/);
  alice.type('%deletegroup\r');
  await alice.shows(/Nothing was deleted\.\n[\s\S]*\(y\/N\)$/);
  alice.type('y\r');
  await alice.shows(
    /The group plans is deleted\.\n\[INFO\] You are not in plans any more\.[^\n]*\nalice@.*>$/,
  );
  expect((await bob.request('group.show', { group: 'plans' })).error?.data.code).toBe(
    'GROUP_NOT_FOUND',
  );
});

test('a group that its owner renames in chat is called by its new name at once, in one line', async () => {
  const { alice, bob } = await aliceWithPlans();
  alice.type('%go plans\r');
  await alice.shows(/plans>$/);
  alice.type('%set name events\r');
  await alice.shows(
    /plans> %set name events\n\[SUCCESS\] The group is called events now\.\nevents>$/,
  );
  // A notice of the change would come before this one.
  await bob.call('message.post', { group: 'events', subject: 'Tents', content: 'Who has one?' });
  await alice.shows(/called events now\.\n\S*[^\n]*Tents/);
});

test('%owner asks before it hands a group over', async () => {
  const { alice, bob } = await aliceWithPlans();
  alice.type('%owner plans bob\r');
  await alice.shows(/Hand plans over to bob\? Only bob can give it back\. \(y\/N\)$/);
  alice.type('n\r');
  await alice.shows(/Nothing was changed\.\n.*>$/);
  expect((await bob.call('group.show', { group: 'plans' })).owner).toBe('alice');
  alice.type('%owner plans bob\r');
  await alice.shows(/Nothing was changed\.[\s\S]*\(y\/N\)$/);
  alice.type('y\r');
  await alice.shows('bob is the owner of plans now.');
  expect((await bob.call('group.show', { group: 'plans' })).moderators).toEqual(['alice']);
});

test('an owner who leaves is told who owns the group then, and asked first', async () => {
  const { alice, bob } = await aliceWithPlans();
  alice.resize(40, 24);
  alice.type('%groupleave plans\r');
  // On a narrow terminal, the question is broken between words.
  await alice.shows(
    /\nLeave plans\? You own it, and nobody\nwill own it then\. %owner plans <user>\nhands it over\. \(y\/N\)$/,
  );
  alice.type('\r');
  await alice.shows(/You are still a member\.\n.*>$/);
  alice.type('%mod plans bob\r');
  await alice.shows(/bob is a moderator of plans\s+now\.\n[\s\S]*>$/);
  alice.type('%groupleave plans\r');
  await alice.shows(/\nLeave plans\? You own it, and bob will\nown it then\. \(y\/N\)$/);
  alice.type('y\r');
  await alice.shows(/\[SUCCESS\] You left plans\.\n\[INFO\] bob owns plans now\.\n.*>$/);
  expect(await bob.call('group.show', { group: 'plans' })).toMatchObject({ role: 'owner' });
});

test('a moderator is asked before a message of another user is deleted', async () => {
  const { alice, bob } = await aliceWithPlans();
  await bob.call('message.post', { group: 'plans', subject: 'ad', content: 'buy' });
  await alice.shows('New message from bob');
  alice.type('%groupdelete plans 1 an ad\r');
  await alice.shows(
    /Delete message 1 by bob of plans \("ad"\)\? Nobody can bring it back\. \(y\/N\)$/,
  );
  alice.type('y\r');
  await alice.shows('Message 1 in plans is deleted.');
  const { lines } = await bob.call('group.log', { group: 'plans' });
  expect(lines[0]).toMatchObject({ act: 'delete', by: 'alice', number: 1, detail: 'an ad' });
});

test('Tab completes members, one’s own secret groups, and the values of %set', async () => {
  const { board, alice } = await aliceWithPlans();
  await board.protect('carol', password);
  const carol = await board.protectedProgram('carol', password);
  await carol.call('group.create', { name: 'plots', access: 'secret' });
  const completes = async (typed: string, becomes: RegExp) => {
    alice.type(`${typed}\t`);
    await alice.shows(becomes);
    alice.type(keys.ctrlC);
    await alice.shows(/>$/);
  };
  await completes('%about pl', /> %about plans$/);
  await completes('%remove plans b', /> %remove plans bob$/);
  await completes('%mod plans @b', /> %mod plans @bob$/);
  await completes('%set plans ac', /> %set plans access$/);
  await completes('%set plans access s', /> %set plans access secret$/);
  await completes('%set plans posting mo', /> %set plans posting moderators$/);
  await completes('%create chess inv', /> %create chess invite$/);
  await completes('%help mode', /> %help moderation$/);
  alice.type('%go plans\r');
  await alice.shows(/plans>$/);
  await completes('%remove b', /> %remove bob$/);
  await completes('%set replying me', /> %set replying members$/);
});

test('in a place, acts of moderators elsewhere are gathered, but not those on the user, invitations and reports', async () => {
  const { alice, bob } = await aliceWithPlans();
  await bob.call('group.create', { name: 'chess' });
  alice.type('%join chess\r%go plans\r');
  await alice.shows(/plans>$/);
  await bob.call('message.post', { group: 'chess', subject: 'a', content: 'x' });
  const pin = { group: 'chess', number: 1 };
  // All at once: one by one, on a busy machine there may be few in a second.
  const pinning = ['message.pin', 'message.unpin', 'message.pin', 'message.unpin', 'message.pin'];
  await Promise.all(pinning.map((method) => bob.request(method, pin)));
  await bob.call('group.setRole', { group: 'chess', user: 'alice', role: 'moderator' });
  await alice.shows('[GROUP:chess] [NOTIFY] bob made alice a moderator.');
  await bob.call('message.report', { group: 'chess', number: 1, reason: 'dull' });
  await alice.shows('bob reported message 1: dull.');
  await bob.call('group.remove', { group: 'chess', user: 'alice' });
  await alice.shows('You were removed from the group by bob.');
  expect(alice.screen).toMatch(/\[GROUP:chess\] \[NOTIFY\] \d acts of moderators \(%log\)/);
});
