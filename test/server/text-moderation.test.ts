import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { TextPeer } from '../helpers/text-peer.ts';
import { rule, undated } from './support.ts';

/** People with `nc` under protected names, at a board of their own. */
async function people<N extends string>(...names: N[]) {
  const board = await TestBoard.start();
  const peers = {} as Record<N, TextPeer>;
  for (const name of names) {
    peers[name] = await board.person(name);
    expect(await peers[name].ask('%password correct horse')).toContain('[SUCCESS]');
  }
  return { board, ...peers };
}

test('alice makes a group, invites two people, and a moderator removes a message and bars a nuisance', async () => {
  const { board, alice, bob, carol } = await people('alice', 'bob', 'carol');
  expect(await alice.ask('%create plans secret What we do in summer')).toBe(
    '[SUCCESS] You made plans, a secret group.\n' +
      '[INFO] Type %invite plans <user> to invite somebody, %go plans to write there.\n',
  );
  expect(await bob.ask('%join plans')).toContain('[ERROR] There is no group plans.');
  expect(await alice.ask('%invite plans bob')).toBe('[SUCCESS] You invited bob to plans.\n');
  expect(await bob.expect('\n')).toBe(
    '[GROUP:plans] [NOTIFY] You were invited by alice (What we do in summer). Type %join plans to join it.\n',
  );
  expect(await bob.ask('%invitations')).toBe(
    '[INFO] plans (What we do in summer): invited by alice. Type %join plans to join.\n',
  );
  expect(await bob.ask('%join plans')).toContain('[SUCCESS] You joined plans.\n');
  const made = await alice.ask('%invite plans --code --uses 2 --until 2d');
  const [, code = ''] = /for 2 users until \S+Z: ([0-9a-f]+)\n/.exec(made) ?? [];
  expect(made).toContain(`[INFO] Whom you give it joins with: %join plans ${code}\n`);
  expect(await carol.ask(`%join plans ${code}x`)).toContain('[ERROR] There is no group plans.');
  expect(await carol.ask(`%join plans ${code}`)).toContain('[SUCCESS] You joined plans.\n');
  await alice.receivedSoFar();
  await bob.receivedSoFar();
  expect(await alice.ask('%mod plans bob')).toBe('[SUCCESS] bob is a moderator of plans now.\n');
  expect(await bob.expect('\n')).toBe('[GROUP:plans] [NOTIFY] alice made bob a moderator.\n');
  expect(await bob.ask('%users')).toContain('[ERROR]');
  expect(await bob.ask('%groupusers plans')).toBe(
    '[INFO] Members of plans (3): alice (owner, online), bob (moderator, online), carol (online)\n',
  );

  await carol.ask('%grouppost plans spam buy this');
  await bob.ask('%go plans');
  await carol.receivedSoFar();
  expect(await carol.ask('%groupdelete plans 7')).toContain('[ERROR]');
  expect(await bob.ask('%delete 1 spam')).toBe('[SUCCESS] Message 1 in plans is deleted.\n');
  expect(await carol.expect('\n')).toContain('[GROUP:plans] [NOTIFY] Message 1 was deleted by bob');
  await alice.receivedSoFar();
  expect(await bob.ask('%bar carol more spam')).toBe(
    '[SUCCESS] You barred carol from plans. %unbar undoes it.\n',
  );
  expect(await carol.expect('\n')).toBe(
    '[GROUP:plans] [NOTIFY] You were barred from the group by bob: more spam.\n',
  );
  expect(await alice.expect('\n')).toBe('[GROUP:plans] [NOTIFY] bob barred carol: more spam.\n');
  expect(await carol.ask('%groups')).not.toContain('plans');
  expect(await carol.ask(`%join plans ${code}`)).toContain('[ERROR] There is no group plans.');

  await board.restart();
  const again = await board.connect();
  again.send('alice', 'correct horse');
  await again.expect('%help for every command.\n');
  expect(undated(await again.ask('%log plans'))).toBe(
    [
      '--- Group: plans Log ---',
      'DATE | alice made the group',
      'DATE | alice invited bob',
      'DATE | alice made an invitation code until DATE',
      'DATE | alice made bob a moderator',
      'DATE | bob deleted message 1: spam',
      'DATE | bob barred carol: more spam',
      rule,
      '',
    ].join('\n'),
  );
});

test('each command on a member works with the group and, in a place, without it', async () => {
  const { alice, bob } = await people('alice', 'bob');
  await alice.ask('%create plans');
  await bob.ask('%join plans');
  await alice.ask('%go plans');
  for (const group of ['plans ', '']) {
    const says = async (line: string, answer: string) => {
      const given = (await alice.ask(line))
        .split('\n')
        .filter((text) => !text.includes('[NOTIFY]'));
      expect(undated(given.join('\n')), line).toBe(`${answer}\n`);
    };
    await says(
      `%silence ${group}bob 2h calm down`,
      '[SUCCESS] bob cannot write in plans until DATE. %unsilence undoes it.',
    );
    expect(await bob.ask('%grouppost plans a b')).toMatch(
      /\[ERROR\] You are silenced in plans until \S+Z\. You can read meanwhile\.\n$/,
    );
    await says(`%unsilence ${group}bob`, '[SUCCESS] bob is not silenced in plans.');
    await says(`%mod ${group}bob`, '[SUCCESS] bob is a moderator of plans now.');
    await says(`%unmod ${group}bob`, '[SUCCESS] bob is a member without a role in plans now.');
    await says(`%remove ${group}bob off topic`, '[SUCCESS] You removed bob from plans.');
    await says(`%bar ${group}@bob`, '[SUCCESS] You barred bob from plans. %unbar undoes it.');
    expect(await bob.ask('%join plans')).toContain('[ERROR] You are barred from plans.');
    await says(`%unbar ${group}bob`, '[SUCCESS] bob is not barred from plans.');
    await says(`%set ${group}access invite`, '[SUCCESS] The access of plans is invite now.');
    expect(await bob.ask('%join plans')).toContain(
      '[ERROR] Only those who are invited can join plans. With a code: %join <group> <code>.\n',
    );
    await says(`%invite ${group}bob`, '[SUCCESS] You invited bob to plans.');
    await says(`%revoke ${group}bob`, '[SUCCESS] No invitation of bob is open in plans any more.');
    await says(`%revoke ${group}--code`, '[INFO] There is no code to revoke in plans.');
    await says(`%invite ${group}bob`, '[SUCCESS] You invited bob to plans.');
    expect(await bob.ask('%join plans')).toContain('[SUCCESS] You joined plans.');
    await says(`%set ${group}access open`, '[SUCCESS] The access of plans is open now.');
  }
  expect(await alice.ask('%owner bob')).toContain('[SUCCESS] bob is the owner of plans now.\n');
  expect(await alice.ask('%remove bob')).toContain(
    '[ERROR] bob is the owner of plans, and you are not above that.',
  );
});

test('who changes a group reads one line, and the other sessions of the same user are notified', async () => {
  const { board, alice } = await people('alice');
  const other = await board.protectedProgram('alice', 'correct horse');
  await alice.ask('%create plans');
  for (const [line, said] of [
    ['%set plans description What is on', '[SUCCESS] The description of plans is set now.\n'],
    ['%set plans access invite', '[SUCCESS] The access of plans is invite now.\n'],
    ['%set plans name events', '[SUCCESS] The group is called events now.\n'],
  ] as const) {
    await alice.receivedSoFar();
    await other.notices();
    alice.send(line);
    expect(await alice.receivedSoFar()).toBe(said);
    const changed = (await other.notices()).filter(({ method }) => method === 'group.changed');
    expect(changed).toMatchObject([{ params: { by: 'alice' } }]);
  }
});

test('an owner changes everything about a group, and members are told in one line each', async () => {
  const { alice, bob } = await people('alice', 'bob');
  await alice.ask('%create plans');
  await bob.ask('%join plans');
  await alice.receivedSoFar();
  const told = async (line: string) => {
    await bob.receivedSoFar();
    await alice.ask(line);
    return bob.receivedSoFar();
  };
  expect(await told('%set plans description What is on')).toBe(
    '[GROUP:plans] [NOTIFY] The description is now: What is on (by alice)\n',
  );
  expect(await told('%set plans posting moderators')).toBe(
    '[GROUP:plans] [NOTIFY] alice changed the group: posting: moderators.\n',
  );
  expect(await told('%set plans about Be kind')).toBe(
    '[GROUP:plans] [NOTIFY] alice changed the group: about.\n',
  );
  expect(await told('%set plans name events')).toBe(
    '[GROUP:plans] [NOTIFY] alice renamed the group: it is now called events.\n',
  );
  expect(await bob.ask('%grouppost events a b')).toContain(
    '[ERROR] Only moderators of events can begin threads.',
  );
  expect(await bob.ask('%about events')).toBe(
    [
      '--- Group: events ---',
      'What is on',
      'Access: open, anybody can join',
      'Threads by: moderators | Replies by: members',
      'Owner: alice',
      'Members: 2 | You: member',
      rule,
      'Be kind',
      rule,
      '',
    ].join('\n'),
  );
  expect(await bob.ask('%groups')).toMatch(
    /\d+ \| events +\| What is on.* \| 2 members +\| 0 messages +\| joined, 0 unread, announcements\n/,
  );
  expect(await alice.ask('%set events colour red')).toBe(
    '[ERROR] Wrong arguments: what to change is access, posting, replying, description, about or name, not "colour".\n' +
      '[INFO] Type: %set [group] <what> [value]\n',
  );
  await alice.receivedSoFar();
  expect(await alice.ask('%deletegroup events')).toBe('[SUCCESS] The group events is deleted.\n');
  expect(await bob.expect('removed by alice.\n')).toContain(
    '[GROUP:events] [NOTIFY] The group was removed by alice.\n',
  );
  expect(await bob.ask('%about events')).toContain('[ERROR] There is no group events.');
});

test('what is about is written in several lines, and can be given up', async () => {
  const { alice } = await people('alice');
  await alice.ask('%create plans');
  alice.send('%set plans about', 'Be kind.', 'No ads.', '.');
  await alice.expect('[SUCCESS] The about of plans is set now.\n');
  expect(await alice.ask('%about plans')).toContain(`${rule}\nBe kind.\nNo ads.\n${rule}\n`);
  alice.send('%set plans about', 'Something else', '%cancel');
  await alice.expect('[INFO] Nothing was changed.\n');
  expect(await alice.ask('%about plans')).toContain('Be kind.');
});

test('pinned messages are listed, and shown to who goes to the group; a closed thread has no replies', async () => {
  const { alice, bob } = await people('alice', 'bob');
  await alice.ask('%create plans');
  await bob.ask('%join plans');
  await alice.ask('%grouppost plans Rules Be kind');
  await alice.receivedSoFar();
  expect(await alice.ask('%pin plans 1')).toBe(
    '[SUCCESS] Message 1 of plans is pinned. %unpin undoes it.\n',
  );
  await bob.expect('alice pinned message 1.\n');
  expect(await bob.ask('%go plans')).toBe(
    '[INFO] You are in plans (1 unread). Lines without % are posted; %go .. leaves.\n' +
      '[INFO] Pinned: 1, alice: Rules\n',
  );
  expect(undated(await bob.ask('%pins'))).toBe(
    `--- Group: plans Pins ---\nID: 1 | Sender: alice | Date: DATE | Subject: Rules\n${rule}\n`,
  );
  expect(await bob.ask('%unpin 1')).toContain('[ERROR] Only moderators of');
  expect(await alice.ask('%close plans 1')).toBe(
    '[SUCCESS] Thread 1 of plans is closed. %reopen undoes it.\n',
  );
  await bob.expect('alice closed thread 1.\n');
  expect(await bob.ask('%reply 1 But why?')).toBe(
    '[ERROR] Thread 1 of plans is closed: only its moderators can reply. Begin a new thread with %post.\n',
  );
  await alice.ask('%groupreopen plans 1');
  await alice.ask('%groupunpin plans 1');
  await bob.expect('alice unpinned message 1.\n');
  expect(await bob.ask('%reply 1 But why?')).toContain('[SUCCESS] Message 2 posted in plans.');
  expect(await bob.ask('%pins')).toBe(`--- Group: plans Pins ---\n(no messages)\n${rule}\n`);
});

test('a report reaches the moderators, at once and at their next login', async () => {
  const { board, alice, bob, carol } = await people('alice', 'bob', 'carol');
  await alice.ask('%create plans');
  for (const peer of [bob, carol]) await peer.ask('%join plans');
  await bob.ask('%grouppost plans ad buy this');
  await alice.receivedSoFar();
  expect(await carol.ask('%report plans 1 an ad')).toContain(
    '[SUCCESS] Message 1 of plans is reported to its moderators.\n',
  );
  expect(await alice.expect('\n')).toBe(
    '[GROUP:plans] [NOTIFY] carol reported message 1: an ad. Type %reports plans for what is open.\n',
  );
  expect(await bob.ask('%reports plans')).toContain(
    '[ERROR] Only moderators of plans can read reports.',
  );
  const phone = await board.connect();
  phone.send('alice', 'correct horse');
  expect(await phone.expect('%help for every command.\n')).toContain(
    '[INFO] Open reports: plans (1). Type %reports <group> to see them.\n',
  );
  expect(undated(await phone.ask('%reports plans'))).toBe(
    '--- Group: plans Reports ---\n' +
      'ID: 1 | Reported by: carol | Date: DATE | Reason: an ad\n' +
      `${rule}\n` +
      '[INFO] Read with %groupmessage plans <number>, delete with %groupdelete, or %groupclosereport.\n',
  );
  expect(await phone.ask('%closereport plans 1')).toBe(
    '[SUCCESS] 1 report of message 1 of plans closed.\n',
  );
  expect(await phone.ask('%reports plans')).toBe('[INFO] plans has no open report.\n');
});

test('an invitation that is open is in the welcome', async () => {
  const { board, alice } = await people('alice');
  await board.protect('bob', 'correct horse');
  await alice.ask('%create plans invite');
  await alice.ask('%invite plans bob');
  const bob = await board.connect();
  bob.send('bob', 'correct horse');
  expect(await bob.expect('%help for every command.\n')).toContain(
    '[INFO] You are invited to plans. Type %invitations for more.\n',
  );
  expect(await bob.ask('%groups')).toMatch(/plans .*\| invited, by invitation\n/);
});

test.each([
  ['%mod plans', 'the name of the user is missing', '%mod [group] <user>'],
  ['%remove', 'the group is missing', '%remove [group] <user> [reason]'],
  ['%remove @bob', 'the group is missing', '%remove [group] <user> [reason]'],
  ['%silence plans bob', 'the time is missing', '%silence [group] <user> <time> [reason]'],
  [
    '%silence plans bob soon',
    'the time is a number with its unit, such as 30m, 2h or 3d',
    '%silence',
  ],
  ['%invite --code', 'the group is missing', '%invite [group] <user or --code>'],
  ['%invite plans', 'the user or --code is missing', '%invite [group] <user or --code>'],
  ['%invite plans --code --uses many', 'the number of uses is a number from 1 up', '%invite'],
  ['%invite plans --code for bob', '"for bob" is too much', '%invite'],
  ['%set plans access closed', 'the access is open, invite or secret, not "closed"', '%set'],
  ['%set plans posting nobody', 'the posting right is members or moderators', '%set'],
  ['%pin plans one', 'the number is a number from 1 up, not "one"', '%pin <number>'],
  ['%report plans 1', 'the reason is missing', '%report <number> <reason>'],
  [
    '%log plans after 3',
    '"before" was expected in place of "after"',
    '%log [group] [before <line>]',
  ],
  ['%deletegroup', 'the group is missing', '%deletegroup [group]'],
  ['%create', 'the name of the group is missing', '%create <group>'],
])('the error for %s says what is wrong and what to type', async (line, why, form) => {
  const { alice } = await people('alice');
  await alice.ask('%create plans');
  const said = await alice.ask(line);
  expect(said).toContain(`[ERROR] Wrong arguments: ${why}`);
  expect(said).toContain(`[INFO] Type: ${form}`);
});

test('a name without a password makes no group and gets no role', async () => {
  const { board, alice } = await people('alice');
  const eve = await board.person('eve');
  expect(await eve.ask('%create plans')).toContain(
    '[ERROR] Your name is not protected. Only protected names can own a group. ',
  );
  await alice.ask('%create plans');
  await eve.ask('%join plans');
  expect(await alice.ask('%mod plans eve')).toContain(
    '[ERROR] The name eve is not protected. Only a protected name can have a role',
  );
});

test('advice for oneself is not given about another user', async () => {
  const { alice } = await people('alice', 'bob');
  await alice.ask('%create plans');
  expect(await alice.ask('%mod plans bob')).toBe('[ERROR] bob is not a member of plans.\n');
  expect(await alice.ask('%invite plans alice')).toBe(
    '[ERROR] alice is a member of plans already.\n',
  );
  expect(await alice.ask('%set plans name cellar')).toContain(
    '[SUCCESS] The group is called cellar now.\n',
  );
});

test('an owner who leaves or steps down is told who owns the group now, or that nobody does', async () => {
  const { alice, bob } = await people('alice', 'bob');
  await alice.ask('%create plans');
  await bob.ask('%join plans');
  await alice.ask('%mod plans bob');
  expect(await alice.ask('%groupleave plans')).toContain(
    '[SUCCESS] You left plans.\n[INFO] bob owns plans now.\n',
  );
  const nobody = '[INFO] Nobody owns plans now: only the operator can give it an owner.\n';
  expect(await bob.ask('%unmod plans bob')).toContain(
    `[SUCCESS] bob is a member without a role in plans now.\n${nobody}`,
  );
});
