import { type Place, placeName } from '../protocol/text/place.ts';
import type { Style } from '../protocol/text/style.ts';

interface PostingConsentOptions {
  readonly style: Style;
  /** Whether a line may contain a password. */
  readonly mayHoldPassword: (line: string) => boolean;
}

/**
 * Whether the user wants lines without a command to be posted: a line may be typed by mistake. The user is asked until
 * the first consent, again after a `%go` has failed, because the next line was meant for another place, and about each
 * line that may hold a password.
 */
export class PostingConsent {
  private isGiven = false;

  constructor(private readonly options: PostingConsentOptions) {}

  /** Asks again about the next line. */
  withdraw(): void {
    this.isGiven = false;
  }

  async isMeant(
    line: string,
    place: Place,
    confirm: (question: string) => Promise<boolean>,
  ): Promise<boolean> {
    const { style, mayHoldPassword } = this.options;
    const where = style.group(placeName(place));
    if (mayHoldPassword(line)) {
      return confirm(`That looks like a password. Post it in ${where}? (y/N) `);
    }
    this.isGiven ||= await confirm(
      `Post this in ${where}, and from now on every line without %? (y/N) `,
    );
    return this.isGiven;
  }
}
