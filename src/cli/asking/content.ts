import { checkedContent, checkedSubject } from '../../board/texts.ts';
import { readContent } from '../../tasks/content.ts';

/** Checks a message as the board does. A reply may have no subject. @throws BoardError as the board would */
export function checkedMessage(subject: string | undefined, content: string) {
  return {
    subject: subject === undefined ? undefined : checkedSubject(subject),
    content: checkedContent(content),
  };
}

/** Reads the content of a message from standard input. @throws as `readContent` does */
export function typedContent(): Promise<string> {
  if (process.stdin.isTTY) {
    process.stderr.write('Type the content; Ctrl-D on a line of its own ends it.\n');
  }
  return readContent(process.stdin);
}
