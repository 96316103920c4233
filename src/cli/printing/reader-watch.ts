import { fstatSync, writeSync } from 'node:fs';
import { errorCode } from '../../client/failure.ts';

// How often to check whether the reader is still there, in milliseconds.
const interval = 200;

// Offsets in the memory that is shared with WASI: the subscription (48 bytes), the event (32 bytes), the number of events.
const subscription = 0;
const event = 64;
const count = 128;
// The type of the event: the file descriptor can be written to.
const writable = 2;

/** The parts of WebAssembly that are used here. TypeScript declares it only for browsers. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer } };
};

interface WasiImports {
  wasi_snapshot_preview1: {
    poll_oneoff(subscriptions: number, events: number, size: number, count: number): number;
  };
}

/** Returns whether the reader of standard output has closed it. */
type Look = () => boolean;

/**
 * `closed` is aborted soon after the reader of standard output has closed it, such as `head` after its
 * last line. A program notices this at its next write, but a program that waits for messages would wait
 * for ever. Never aborted for a terminal or a file.
 */
export function readerOf(output: NodeJS.WriteStream): { closed: AbortSignal; release(): void } {
  const controller = new AbortController();
  const close = () => controller.abort();
  output.on('error', close).on('close', close);
  let timer: NodeJS.Timeout | undefined;
  let released = false;
  void lookAt(output).then((hasClosed) => {
    if (!hasClosed || released) return;
    timer = setInterval(() => {
      if (!hasClosed()) return;
      clearInterval(timer);
      close();
    }, interval).unref();
  });
  const release = () => {
    released = true;
    clearInterval(timer);
    output.off('error', close).off('close', close);
  };
  return { closed: controller.signal, release };
}

async function lookAt({ isTTY }: NodeJS.WriteStream): Promise<Look | undefined> {
  if (isTTY) return undefined;
  const kind = fstatSync(process.stdout.fd);
  if (kind.isSocket()) return writeNothing;
  return kind.isFIFO() ? pollPipe().catch(() => undefined) : undefined;
}

/** An empty write changes nothing, and fails on a socket whose other end is closed. */
const writeNothing: Look = () => {
  try {
    writeSync(process.stdout.fd, Buffer.alloc(0));
    return false;
  } catch (error) {
    return errorCode(error) === 'EPIPE';
  }
};

/**
 * On a pipe an empty write succeeds. poll(2) reports that the other end is closed, and Node gives access
 * to it only through WASI's `poll_oneoff`.
 */
async function pollPipe(): Promise<Look> {
  const { WASI } = await withoutExperimentalWarning(() => import('node:wasi'));
  const wasi = new WASI({ version: 'preview1' });
  const memory = new WebAssembly.Memory({ initial: 1 });
  // The object replaces a module that has only memory.
  wasi.initialize({ exports: { memory } });
  const view = new DataView(memory.buffer);
  view.setUint8(subscription + 8, writable);
  view.setUint32(subscription + 16, process.stdout.fd, true);
  const { wasi_snapshot_preview1: calls } = wasi.getImportObject() as WasiImports;
  return () => {
    const failure = calls.poll_oneoff(subscription, event, 1, count);
    return failure === 0 && view.getUint16(event + 8, true) !== 0;
  };
}

/** Node warns that WASI is experimental, which does not help the user of a command. */
async function withoutExperimentalWarning<T>(work: () => Promise<T>): Promise<T> {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).startsWith('WASI')) emitWarning(warning, ...rest);
  }) as typeof emitWarning;
  try {
    return await work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
