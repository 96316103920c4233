import { connect } from 'node:net';

const lineEnd = 10;
// What comes is looked at where it lies: one buffer serves all sockets, a callback at a time.
const shared = Buffer.alloc(256 * 1024);

/** A socket of the load. It counts the bytes and lines that come; only `call` reads any. */
export class Peer {
  bytes = 0;
  lines = 0;
  /** When false, only bytes are counted. */
  counting = true;
  /** Called with how many lines have come. */
  onLines = () => {};
  lastId = 0;

  static async open(port, localAddress = '127.0.0.1') {
    const peer = new Peer();
    await new Promise((resolve, reject) => {
      const onread = { buffer: shared, callback: (length) => peer.receive(length) };
      peer.socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true, onread });
      peer.socket.once('connect', resolve).once('error', reject);
    });
    peer.socket.on('error', () => {});
    return peer;
  }

  receive(length) {
    this.bytes += length;
    if (this.reading) this.reading(shared.toString('utf8', 0, length));
    if (!this.counting) return true;
    let lines = 0;
    for (let at = shared.indexOf(lineEnd); at !== -1 && at < length; ) {
      lines++;
      at = shared.indexOf(lineEnd, at + 1);
    }
    this.lines += lines;
    if (lines > 0) this.onLines(lines);
    return true;
  }

  write(chunk) {
    this.socket.write(chunk);
  }

  /** Sends a JSON-RPC request and waits for its reply, which it reads: for what is not measured. */
  async call(method, params) {
    const id = ++this.lastId;
    const begins = `{"jsonrpc":"2.0","id":${id},`;
    let rest = '';
    const reply = new Promise((resolve) => {
      this.reading = (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        const found = lines.find((line) => line.startsWith(begins));
        if (found) resolve(JSON.parse(found));
      };
    });
    this.write(request(method, params, id));
    const { error, result } = await reply;
    this.reading = undefined;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Sends `chunk` and waits for `lines` more lines. */
  ask(chunk, lines = 1) {
    return new Promise((resolve) => {
      let left = lines;
      this.onLines = (came) => {
        left -= came;
        if (left <= 0) resolve();
      };
      this.write(chunk);
    });
  }

  /** Sends `chunk` and waits until `pattern` comes, in one piece with what came just before. */
  until(chunk, pattern) {
    let last = '';
    return new Promise((resolve) => {
      this.reading = (text) => {
        last = (last + text).slice(-text.length - 200);
        if (!pattern.test(last)) return;
        this.reading = undefined;
        resolve();
      };
      if (chunk !== '') this.write(chunk);
    });
  }

  /** Ends at once, and leaves no port behind in TIME_WAIT. */
  close() {
    this.socket.resetAndDestroy();
  }
}

export function request(method, params, id = 1) {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

/** Connections that come from `addresses` loopback addresses, as many at once as `width`. */
export async function openMany(port, count, { width = 100, enter = async () => {} } = {}) {
  const peers = new Array(count);
  let next = 0;
  const work = async () => {
    while (next < count) {
      const at = next++;
      peers[at] = await Peer.open(port);
      await enter(peers[at], at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, work));
  return peers;
}

/** Programs that are logged in as `names(0)`, `names(1)` … */
export function openMembers(port, count, name) {
  const enter = (peer, at) => peer.call('session.login', { user: name(at) });
  return openMany(port, count, { enter });
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Keeps `outstanding` requests under way on each peer, and returns how many were answered a second.
 * @param request what one peer sends, the same each time: called with its index
 * @param count what is counted, where it is not the answers: called at the beginning and the end
 */
export async function closedLoop(
  peers,
  { request, outstanding, seconds, linesPerReply = 1, count },
) {
  let replies = 0;
  let going = true;
  for (const [at, peer] of peers.entries()) {
    const burst = Buffer.from(request(at).repeat(outstanding));
    const size = burst.length / outstanding;
    let lines = 0;
    let underWay = outstanding;
    peer.onLines = (came) => {
      lines += came;
      const done = Math.floor(lines / linesPerReply);
      lines -= done * linesPerReply;
      replies += done;
      underWay -= done;
      if (!going) return;
      peer.write(burst.subarray(0, done * size));
      underWay += done;
    };
    // A line that answers nothing, such as an IRC server's own PING, leaves fewer than none.
    peer.idle = () => underWay <= 0;
    peer.write(burst);
  }
  await pause(seconds * 300);
  const amount = count ?? (() => replies);
  const before = amount();
  const start = performance.now();
  await pause(seconds * 1000);
  const rate = (amount() - before) / ((performance.now() - start) / 1000);
  going = false;
  await settled(peers);
  return rate;
}

/**
 * Waits for the last answers. Where peers are told of each other's requests, those that sent more than others cannot
 * tell whether all came: then it is enough that nothing has come for half a second.
 */
async function settled(peers) {
  let before = 0;
  for (let quiet = 0; quiet < 100 && !peers.every((peer) => peer.idle()); ) {
    await pause(5);
    const received = peers.reduce((sum, { bytes }) => sum + bytes, 0);
    quiet = received === before ? quiet + 1 : 0;
    before = received;
  }
}

/** Round trips, one after the other: milliseconds each, in order of size. */
export async function roundTrips(peer, requests) {
  const times = [];
  for (const each of requests) {
    const start = performance.now();
    await peer.ask(each);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

/** The value at `part` of sorted `values`. */
export function quantile(values, part) {
  return values[Math.min(values.length - 1, Math.floor(values.length * part))];
}
