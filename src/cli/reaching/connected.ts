import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type ConnectedSession,
  type OperatorAnswer,
  socketFile,
} from '../../doors/operator/door.ts';

// How long the server may take to answer, in milliseconds.
const timeout = 5000;

/** The sessions of the server of a database. Null if no server runs, or this user may not see them. */
export async function connectedSessions(
  database: string,
): Promise<readonly ConnectedSession[] | null> {
  const path = socketFile(database);
  if (path === undefined) return null;
  const socket = connect(path);
  socket.setTimeout(timeout, () => socket.destroy());
  try {
    return (JSON.parse(await text(socket)) as OperatorAnswer).sessions;
  } catch {
    return null;
  }
}
