import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';

const password = 'correct horse battery';

async function boardWith(...names: string[]) {
  const board = await TestBoard.start({ durability: 'relaxed' });
  for (const name of names) await board.protect(name, password);
  const enter = (name: string) => board.protectedProgram(name, password);
  return { board, enter };
}

test('a moderator learns nothing of pins and reports of messages from before joining', async () => {
  const { enter } = await boardWith('olive', 'mona', 'mike');
  const [olive, mona, mike] = [await enter('olive'), await enter('mona'), await enter('mike')];
  const group = 'plans';
  await olive.call('group.create', { name: group });
  await mike.call('group.join', { group });
  for (let number = 1; number <= 7; number++) {
    await olive.call('message.post', { group, subject: `${number}`, content: 'c' });
    if (number <= 5) await olive.call('message.pin', { group, number });
  }
  await mike.call('message.report', { group, number: 1, reason: 'spam' });
  await mona.call('group.join', { group });
  await olive.call('group.setRole', { group, user: 'mona', role: 'moderator' });

  expect(await mona.errorOf('report.close', { group, number: 1 })).toMatchObject({
    word: 'MESSAGE_NOT_FOUND',
  });
  expect(await mona.call('report.list', { group })).toMatchObject({ reports: [] });
  expect(await olive.call('report.list', { group })).toMatchObject({ reports: [{ number: 1 }] });
  // The five pins that exist are the limit for those who see them.
  expect(await olive.errorOf('message.pin', { group, number: 6 })).toMatchObject({
    word: 'PINS_FULL',
  });
  await mona.call('message.pin', { group, number: 6 });
  const { pins } = await mona.call('group.show', { group });
  expect(pins.map(({ number }) => number)).toEqual([6]);
  const [line] = (await mona.call('group.log', { group })).lines;
  expect(line).toMatchObject({ act: 'pin', number: 6 });
});

test('a member who was removed, and joins again, has muted no thread of the group', async () => {
  const { board, enter } = await boardWith('olive', 'mike');
  const olive = await enter('olive');
  const group = 'plans';
  await olive.call('group.create', { name: group });
  const person = await board.connect();
  await person.expect('What is your username? ');
  person.send('mike', password);
  await person.expect('%help for every command.\n');
  await person.ask(`%groupjoin ${group}`);
  await olive.call('message.post', { group, subject: 'one', content: 'c' });
  const mike = await enter('mike');
  await mike.call('thread.mute', { group, thread: 1 });
  await olive.call('message.post', { group, content: 'unheard', replyTo: 1, subject: 'two' });
  expect(await person.receivedSoFar()).not.toContain('two');

  await olive.call('group.remove', { group, user: 'mike' });
  await mike.call('group.join', { group });
  await olive.call('message.post', { group, content: 'heard', replyTo: 1, subject: 'three' });
  expect(await person.receivedSoFar()).toContain('three');
});

test('moderators are told once of the reports of a message by one user, until they close them', async () => {
  const { enter } = await boardWith('olive', 'mike');
  const [olive, mike] = [await enter('olive'), await enter('mike')];
  const group = 'plans';
  await olive.call('group.create', { name: group });
  await mike.call('group.join', { group });
  await olive.call('message.post', { group, subject: 'one', content: 'c' });
  await olive.notices();
  const report = (reason: string) => mike.call('message.report', { group, number: 1, reason });
  const told = async () =>
    (await olive.notices())
      .filter(({ method }) => method === 'message.reported')
      .map(({ params }) => params?.reason);

  for (const reason of ['first', 'first', 'second']) await report(reason);
  expect(await told()).toEqual(['first']);
  const { reports } = await olive.call('report.list', { group });
  expect(reports).toMatchObject([{ number: 1, user: 'mike', reason: 'second' }]);

  await olive.call('report.close', { group, number: 1 });
  await report('third');
  expect(await told()).toEqual(['third']);
});

test('nobody invites a user who blocks them', async () => {
  const { enter } = await boardWith('olive', 'mike');
  const [olive, mike] = [await enter('olive'), await enter('mike')];
  const group = 'plans';
  await olive.call('group.create', { name: group, access: 'invite', description: 'Buy my soap' });
  await mike.call('user.block', { user: 'olive' });

  expect(await olive.errorOf('group.invite', { group, user: 'mike' })).toMatchObject({
    word: 'BLOCKED',
  });
  expect(await mike.notices()).toEqual([]);
  expect(await mike.call('invitation.list', {})).toEqual({ received: [] });

  await mike.call('user.unblock', { user: 'olive' });
  await olive.call('group.invite', { group, user: 'mike' });
  expect(await mike.notices()).toMatchObject([{ method: 'group.invited' }]);
});

test('an invitation to a secret group shows nothing of what is in it', async () => {
  const board = await TestBoard.start();
  for (const name of ['alice', 'bob', 'eve']) await board.protect(name, password);
  const alice = await board.protectedProgram('alice', password);
  const bob = await board.protectedProgram('bob', password);
  const eve = await board.protectedProgram('eve', password);
  const group = 'plans';
  await alice.call('group.create', { name: group, description: 'Ours', access: 'secret' });
  await alice.call('group.invite', { group, user: 'eve' });
  const seen = async () => [
    await eve.call('group.list', {}),
    await eve.call('group.show', { group }),
    await eve.call('invitation.list', {}),
  ];
  const before = await seen();
  expect(before[1]).toMatchObject({ invited: true, description: 'Ours', members: 0, pins: [] });
  await alice.call('group.invite', { group, user: 'bob' });
  await bob.call('group.join', { group });
  await alice.call('group.setRole', { group, user: 'bob', role: 'moderator' });
  await bob.call('message.post', { group, subject: 'word', content: 'word' });
  await bob.call('message.pin', { group, number: 1 });
  expect(await seen()).toEqual(before);
  expect(await eve.notices()).toEqual([expect.objectContaining({ method: 'group.invited' })]);
});
