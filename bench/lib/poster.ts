// Posts one message after the other, in a process of its own: where thousands of connections are opened, their work would
// be measured too. Started with `startPoster`; sends the milliseconds of each post, sorted, when it is told to stop.
import { Peer, request } from './peers.ts';

const peer = await Peer.open(Number(process.argv[2]));
await peer.call('session.login', { user: 'poster' });
await peer.call('group.join', { group: 'main' });
const post = request('message.post', { group: 'main', subject: 'bench', content: 'x' });
const times: number[] = [];
let going = true;
process.on('message', () => {
  going = false;
});
process.send?.('ready');
while (going) {
  const start = performance.now();
  await peer.ask(post);
  times.push(performance.now() - start);
  // Otherwise the message to stop would never be received.
  await new Promise(setImmediate);
}
peer.close();
process.send?.(times.sort((a, b) => a - b));
process.disconnect?.();
