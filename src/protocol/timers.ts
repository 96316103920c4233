/** The longest time that a timer of Node waits, in milliseconds: a longer one would end after 1 ms. */
export const longestTimer = 2 ** 31 - 1;
