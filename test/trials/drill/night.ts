import type { Scene } from './scene.ts';

/** A fault that an operator meets. `docs/operations.md` says under `title` what they see of it. */
export interface Night {
  readonly title: string;
  /** What the machine has to have for it; nights without it are skipped. */
  readonly needs?: 'linux' | 'mount' | 'openssl' | 'strace';
  /** The suite has it, too; all others are for `npm run drill`. */
  readonly quick?: true;
  /** It happens once; else it goes on until somebody mends it. */
  readonly once?: true;
  /** Starts a board and makes the fault. */
  readonly happens: (scene: Scene) => Promise<void>;
}
