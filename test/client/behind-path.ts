import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { type BoardClient, type ConnectOptions, connect } from '../../src/client/index.ts';
import { TestBoard } from '../helpers/board.ts';
import { RoughPath } from '../helpers/rough-path.ts';

/**
 * A board, and a path to it that breaks when it is told to.
 * @param within see `RoughPath.start`
 */
export async function boardBehindPath(timing: ConnectOptions['timing'], within = 0) {
  const board = await TestBoard.start();
  const path = await RoughPath.start(() => board.port, { seed: 1, within });
  const client = async (user: string, options: Partial<ConnectOptions> = {}) => {
    const address = { host: '127.0.0.1', port: path.port };
    const made = await connect({ ...address, user, timing, ...options });
    onTestFinished(() => made.close());
    return made;
  };
  /** Cuts a client off, and lets it come back once `meanwhile` is done. */
  const cutOff = async (of: BoardClient, meanwhile: () => Promise<unknown>) => {
    path.blocked = true;
    const lost = once(of, 'lost');
    path.cut();
    await lost;
    await meanwhile();
    const back = once(of, 'resumed');
    path.blocked = false;
    await back;
  };
  return { board, path, client, cutOff };
}
