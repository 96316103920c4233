/** Maximum time of a Node timer, in milliseconds. A timer with a longer time fires after 1 ms. */
export const longestTimer = 2 ** 31 - 1;
