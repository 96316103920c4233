import type { Notice } from '../protocol/schemas.ts';

/** How notices are written for a peer. One object per kind, not per session: notices are cached by it. */
export interface Encoding {
  /** In metrics, logs and `stats`: `text`, `json`. */
  readonly name: string;
  /** Whether its sessions have a token to resume by after their connection was lost. */
  readonly resumes: boolean;
  /**
   * Whether notices of messages that the user has muted are left out. Programs are sent them: a message may concern a
   * program, such as an archive, although its user does not want to be disturbed.
   */
  readonly leavesOutMuted?: boolean;
  /** One notice; '' if the encoding does not send it. */
  notice(notice: Notice): string;
}
