/** The oldest version of Node that runs the program, as in `engines` of package.json. */
export const oldestNode = '22.12.0';

/** @param version the version of a Node, such as `22.4.1` */
export function tooOld(version: string): boolean {
  const numbers = version.split('.').map(Number);
  const oldest = oldestNode.split('.').map(Number);
  for (const [index, least] of oldest.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== least) return number < least;
  }
  return false;
}
