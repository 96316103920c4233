/**
 * Asks for a new password until it is typed twice in the same way.
 * @param ask asks for a password without showing it
 * @param differ called when the two passwords are not the same
 * @throws any error of `ask`
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
