import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type ConnectedSession,
  type OperatorAnswer,
  socketFile,
} from '../../doors/operator/door.ts';

// How long a server may take to answer, in milliseconds: a busy one answers at the end of its turn.
const patience = 5000;

/** Who is connected to the server of a database; null where it does not tell, or none runs. */
export async function connectedSessions(
  database: string,
): Promise<readonly ConnectedSession[] | null> {
  const path = socketFile(database);
  if (path === undefined) return null;
  const socket = connect(path);
  socket.setTimeout(patience, () => socket.destroy());
  try {
    return (JSON.parse(await text(socket)) as OperatorAnswer).sessions;
  } catch {
    return null;
  }
}
