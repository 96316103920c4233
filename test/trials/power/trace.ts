/** What a board has asked of the system, in the order in which the system did it. */
export type Step =
  | { kind: 'create'; path: string }
  | { kind: 'unlink'; path: string }
  | { kind: 'rename' | 'link'; path: string; to: string }
  | { kind: 'write'; path: string; offset: number; data: Buffer }
  | { kind: 'truncate'; path: string; size: number }
  /** Covers the steps before number `from`: those behind it came while it was under way. */
  | { kind: 'sync'; path: string; from: number }
  | { kind: 'received'; socket: string; data: Buffer }
  | { kind: 'sent'; socket: string; data: Buffer }
  /** What the operator's shell has printed. */
  | { kind: 'printed'; text: string };

/** The calls that `strace` has to record, and how. */
export const straceOptions = [
  ...['-f', '-y', '-xx', '--seccomp-bpf', '-s', '1000000', '-e', 'signal=none', '-e'],
  'trace=openat,unlink,unlinkat,rename,link,read,write,writev,pwrite64,ftruncate,fsync,fdatasync',
];

const call = /^(\d+) +(\w+)\((.*)\) += (\d+)/;
const begun = /^(\d+) +(\w+\(.*) <unfinished \.\.\.>$/;
const resumed = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/;

/** Reads a record of `strace`. @param folder of the board's files; others are left out */
export function readTrace(record: string, folder: string): Step[] {
  const steps: Step[] = [];
  const underWay = new Map<string, { text: string; from: number }>();
  for (const line of record.split('\n')) {
    const [, thread = '', text = ''] = begun.exec(line) ?? [];
    if (text !== '') {
      underWay.set(thread, { text, from: steps.length });
      continue;
    }
    const [, again = '', rest = ''] = resumed.exec(line) ?? [];
    const start = underWay.get(again);
    underWay.delete(again);
    const whole = start ? `${again} ${start.text}${rest}` : line;
    const step = stepOf(whole, folder, start?.from ?? steps.length);
    if (step) steps.push(step);
  }
  return steps;
}

function stepOf(line: string, folder: string, from: number): Step | undefined {
  const [, , name = '', given = '', result] = call.exec(line) ?? [];
  const path = decode(/^\d+<([^>]*)>/.exec(given)?.[1]).toString();
  const data = () => decode([...given.matchAll(/"([^"]*)"/g)].map(([, bytes]) => bytes).join(''));
  const last = Number(/(\d+)$/.exec(given)?.[1]);
  if (/^(openat|unlink|unlinkat|rename|link)$/.test(name)) return naming(name, given, folder);
  if (name === 'write' && given.startsWith('1<'))
    return { kind: 'printed', text: data().toString() };
  if (path.startsWith('socket:')) {
    const kind = name === 'read' ? 'received' : 'sent';
    // Less may be read than there was room for, and is printed so; less may be written than printed.
    return { kind, socket: path, data: data().subarray(0, Number(result)) };
  }
  if (name === 'read' || !isKept(path, folder)) return undefined;
  if (name === 'ftruncate') return { kind: 'truncate', path, size: last };
  if (name.endsWith('sync')) return { kind: 'sync', path, from };
  if (name === 'pwrite64') return { kind: 'write', path, offset: last, data: data() };
  throw new Error(`${name} of ${path} is not foreseen`);
}

function naming(name: string, given: string, folder: string): Step | undefined {
  const quoted = [...given.matchAll(/"([^"]*)"/g)].map(([, path]) => decode(path).toString());
  const [path = '', to = ''] = quoted;
  if (!quoted.some((each) => isKept(each, folder))) return undefined;
  if (name === 'rename' || name === 'link') return { kind: name, path, to };
  if (name !== 'openat') return { kind: 'unlink', path };
  return given.includes('O_CREAT') ? { kind: 'create', path } : undefined;
}

/** The index of the log is made again by the process that opens it first, and a socket by its server. */
function isKept(path: string, folder: string): boolean {
  return path.startsWith(folder) && !/(-shm|\.sock|\.door| \(deleted\))$/.test(path);
}

function decode(escaped = ''): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
}
