/**
 * A failure that the program expects. It is reported to the user in one sentence. An error of any
 * other class is a bug, and is reported with its stack trace.
 */
export abstract class Expected extends Error {}
