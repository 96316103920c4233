import type { Question } from './terminal.ts';

/**
 * The question that the user answers with a line, and perhaps one above it that a single key answers.
 * When that key is pressed, the question below is shown again.
 */
export class Questions {
  private below: Question | undefined;
  private above: Question | undefined;

  /** The question that is on the screen. */
  get current(): Question | undefined {
    return this.above ?? this.below;
  }

  /**
   * Asks for a line in place of the last question.
   * @returns whether to show the question now, and not after the one above it
   */
  ask(question: Question): boolean {
    this.below = question;
    return this.above === undefined;
  }

  /** Asks for a key above the question that is there. */
  interrupt(question: Question): void {
    this.above = question;
  }

  /** The key was pressed. @returns the question to show again, if there is one */
  resume(): Question | undefined {
    this.above = undefined;
    return this.below;
  }

  /** The question is answered, and no other is asked yet. */
  answered(): void {
    this.below = undefined;
    this.above = undefined;
  }
}

/** A question to which the answer is not remembered, and for which nothing is completed. */
export function plainQuestion(text: string): Question {
  return { text, remembers: () => false };
}
