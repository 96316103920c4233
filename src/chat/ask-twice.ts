/**
 * Asks for a new password until it was typed the same twice.
 * @param ask asks for one without showing it
 * @param differ is called when the two were not the same
 * @throws what `ask` throws
 */
export async function askTwice(
  prompt: string,
  ask: (prompt: string) => Promise<string>,
  differ: () => void,
): Promise<string> {
  for (;;) {
    const password = await ask(prompt);
    if ((await ask('The same again: ')) === password) return password;
    differ();
  }
}
