import { freeNow } from './framing.ts';

const IAC = 0xff;
// The lowest command of telnet: the end of file of its line mode.
const lowestCommand = 236;

/**
 * Removes telnet's commands (RFC 854, RFC 1184) from a stream of bytes, however it is split: IAC
 * with a command of two or three bytes, and IAC SB … IAC SE. A byte 255 that begins no command, and
 * IAC IAC, are kept. They are not valid UTF-8, so the decoder refuses the line.
 */
export class TelnetFilter {
  private state: 'text' | 'command' | 'option' | 'sub' | 'subCommand' = 'text';

  /** Whether a command has begun and its end has not come. */
  get isInCommand(): boolean {
    return this.state !== 'text';
  }

  /** Whether the chunk has no telnet command, so that `push` returns it as it is. */
  isText(chunk: Buffer): boolean {
    return this.state === 'text' && !chunk.includes(IAC);
  }

  /** @returns the text of the chunk: the chunk itself if it has no command, and otherwise a copy */
  push(chunk: Buffer): Buffer {
    if (this.isText(chunk)) return chunk;
    // One byte more, for an IAC at the end of the last chunk that began no command.
    const out = Buffer.allocUnsafe(chunk.length + 1);
    let length = 0;
    for (const byte of chunk) {
      if (this.state === 'command' && byte < lowestCommand) out[length++] = IAC;
      if (this.keeps(byte)) out[length++] = byte;
    }
    // A copy in memory of its own size: a few bytes of text do not keep 64 KiB, and their user can free them.
    const text = Buffer.from(out.subarray(0, length));
    freeNow(out);
    return text;
  }

  private keeps(byte: number): boolean {
    switch (this.state) {
      case 'text':
        if (byte !== IAC) return true;
        this.state = 'command';
        return false;
      case 'command':
        if (byte === IAC || byte < lowestCommand) {
          this.state = 'text';
          return true;
        }
        // SB is 250; WILL, WONT, DO and DONT are 251 to 254 and name an option.
        this.state = byte === 250 ? 'sub' : byte >= 251 ? 'option' : 'text';
        return false;
      case 'option':
        this.state = 'text';
        return false;
      case 'sub':
        if (byte === IAC) this.state = 'subCommand';
        return false;
      case 'subCommand':
        // SE is 240. Anything else, such as IAC IAC, is still inside.
        this.state = byte === 240 ? 'text' : 'sub';
        return false;
    }
  }
}
