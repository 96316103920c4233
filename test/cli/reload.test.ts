import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';

/** A server with a configuration file, and what changes it: SIGHUP, waited for in the log. */
async function configuredServer(text: string) {
  const file = join(tempFolder(), 'corkboard.toml');
  writeFileSync(file, text);
  const server = await TestServer.start({ args: ['--config', file] });
  const reload = async (changed: string, says: string) => {
    server.log = '';
    writeFileSync(file, changed);
    server.signal('SIGHUP');
    await server.logged(says);
    return server.log
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  return { file, server, reload };
}

test('SIGHUP applies the settings that can change, and logs which need a restart', async () => {
  const { file, server, reload } = await configuredServer('log-level = "info"\n');
  const before = await JsonPeer.login(server.port, 'alice');

  const changed = 'access = "closed"\nlog-level = "debug"\ndurability = "relaxed"\n';
  const told = await reload(changed, 'read the configuration again');
  expect(told).toMatchObject([
    { msg: 'access has changed', was: 'open', now: 'closed', source: file },
    { msg: 'durability changes with a restart only', was: 'full', now: 'relaxed', source: file },
    { msg: 'log-level has changed', was: 'info', now: 'debug', source: file },
    { msg: 'read the configuration again' },
  ]);

  const after = await JsonPeer.connect(server.port);
  expect(await after.errorOf('session.login', { user: 'bob' })).toMatchObject({
    word: 'PASSWORD_REQUIRED',
  });
  expect(await after.call('server.info', {})).toMatchObject({ access: 'closed' });
  expect(await before.call('group.list', {})).toMatchObject({ groups: { length: 5 } });
  // The level holds for who was connected before, too.
  before.socket.end();
  await server.logged('"session":1,"user":"alice","ending":"ended"');

  // A setting that waits for a restart is logged again.
  expect(await reload(changed, 'read the configuration again')).toMatchObject([
    { msg: 'durability changes with a restart only' },
    { msg: 'read the configuration again' },
  ]);
});

test('SIGHUP with a wrong configuration file changes nothing and logs the reason', async () => {
  const { server, reload } = await configuredServer('access = "closed"\n');
  const wrong = 'access = "open"\nprot = 1\n';
  const [told] = await reload(wrong, 'what was configured before stays in force');
  expect(told.msg).toContain('There is no setting prot. Did you mean port?');
  // It is the operator's to mend, so there is no trace of a bug.
  expect(told).not.toHaveProperty('err');
  const peer = await JsonPeer.connect(server.port);
  expect(await peer.call('server.info', {})).toMatchObject({ access: 'closed' });
  expect(await server.stop()).toBe(0);
});

test('SIGHUP changes who can make groups', async () => {
  const { server, reload } = await configuredServer('group-creation = "operator"\n');
  const peer = await JsonPeer.connect(server.port);
  await peer.call('session.login', { user: 'alice', password: 'a secret', create: true });
  const refused = await peer.errorOf('group.create', { name: 'chess' });
  expect(refused.word).toBe('FORBIDDEN');
  await reload('group-creation = "protected"\n', 'read the configuration again');
  await peer.call('group.create', { name: 'chess' });

  const guest = await JsonPeer.login(server.port, 'guest');
  const other = await guest.errorOf('group.create', { name: 'go' });
  expect(other.word).toBe('NAME_UNPROTECTED');
  await reload('group-creation = "anyone"\n', 'read the configuration again');
  await guest.call('group.create', { name: 'go' });
  expect(await guest.call('group.show', { group: 'go' })).toMatchObject({ role: 'member' });

  // Nobody reads the reports of a group without moderators but the operator, and the log says that there is one.
  await peer.call('group.join', { group: 'go' });
  await peer.call('message.post', { group: 'go', subject: 'hidden words', content: '' });
  await peer.call('message.report', { group: 'go', number: 1, reason: 'hidden reason' });
  await server.logged('a member reported a message');
  await peer.call('group.leave', { group: 'chess' });
  await server.logged('a group has lost its owner');
  expect(server.log).not.toContain('hidden');
});
