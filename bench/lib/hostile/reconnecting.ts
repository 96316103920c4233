// Whether names that reconnect get more posts than the rate of their users.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Peer, pause, request } from '../peers.ts';
import { startWatched } from './watched.ts';

const names = 10;
const atOnce = 100;
// Until then the users have used up their bursts, in milliseconds.
const lead = 15_000;

/**
 * Posts a second of ten users who reconnect after each 100 posts, once their bursts are used up.
 * @param data a board that no server uses
 */
export async function postsByReconnecting(data: string, seconds: number): Promise<number> {
  const server = await startWatched(data);
  const database = new Database(join(data, 'corkboard.db'), { readonly: true });
  const posted = database
    .prepare<[], number>("SELECT last_number FROM groups WHERE name = 'g0'")
    .pluck();
  const posts = request('message.post', { group: 'g0', subject: 's', content: 'c' }).repeat(atOnce);
  let going = true;
  const comeAgain = async (number: number) => {
    while (going) {
      const peer = await Peer.open(server.port);
      const begun = peer.call('session.login', { user: `hostile${number}` });
      if (await begun.then(() => true).catch(() => false)) {
        await Promise.race([peer.ask(posts, atOnce), pause(500)]);
      }
      peer.close();
    }
  };
  const all = Promise.all(Array.from({ length: names }, (_, number) => comeAgain(number)));
  await pause(lead);
  const before = posted.get() ?? 0;
  await pause(seconds * 1000);
  const rate = ((posted.get() ?? 0) - before) / seconds;
  going = false;
  await all;
  database.close();
  await server.kill();
  return rate;
}
