import { isDirectName } from '../../protocol/direct.ts';
import type { Commands } from './commands.ts';

/** What `i` shows: the group, its members, and what an edited message said before. */
export async function infoText(
  commands: Commands,
  {
    group,
    name,
    edited,
  }: {
    readonly group: number;
    readonly name: string;
    /** The message under the cursor, if it was edited. */
    readonly edited: number | undefined;
  },
): Promise<string> {
  const lines = [
    ...(isDirectName(name) ? [] : [`%about ${group}`]),
    `%groupusers ${group} all`,
    ...(edited === undefined ? [] : [`%grouphistory ${group} ${edited}`]),
  ];
  const parts: string[] = [];
  for (const line of lines) parts.push((await commands.run(line)).text);
  return parts.join('\n\n');
}
