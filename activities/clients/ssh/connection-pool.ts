import { connect, type Connection } from './connect.js';
import { isExpectedKey } from './host-key.js';
import { connectionKey, type SshTarget } from './target.js';

/** An unused connection is closed after this long. */
const idleMs = 60_000;

type Entry = { opening: Promise<Connection>; users: number; idle?: NodeJS.Timeout };

/** A borrowed connection; `release` gives it back, `drop` closes it for everyone because it is not to be trusted any more. */
export type Lease = { connection: Connection; release: () => void; drop: () => void };

/** One connection per host, shared by all steps of a worker. */
const entries = new Map<string, Entry>();

/** @throws what connect throws; a failed opening is not remembered */
export async function lease(target: SshTarget): Promise<Lease> {
  const key = connectionKey(target);
  const known = entries.get(key);
  if (known !== undefined) {
    const { hostKey } = await known.opening;
    if (!isExpectedKey(target, hostKey)) {
      // Opened under a key that was right then, such as the bootstrap key: ask the host again. Who still uses the old
      // connection ends with it.
      leaveConnection(target);
      return lease(target);
    }
    return borrow(key, known);
  }
  const entry: Entry = { opening: open(target), users: 0 };
  entries.set(key, entry);
  entry.opening.then(
    (connection) => {
      connection.onClose(() => {
        forget(key, entry);
      });
    },
    () => {
      forget(key, entry);
    },
  );
  await entry.opening;
  return borrow(key, entry);
}

/** Makes the next command connect anew; commands that are running end on the old connection. */
export function leaveConnection(target: SshTarget): void {
  const key = connectionKey(target);
  const entry = entries.get(key);
  if (entry === undefined) return;
  if (entry.users === 0) remove(key, entry);
  else forget(key, entry);
}

/** Closes every connection; for the end of a worker or a test. */
export function closeAll(): void {
  for (const [key, entry] of [...entries]) remove(key, entry);
}

async function open(target: SshTarget): Promise<Connection> {
  if (target.jumpHost === undefined) return connect(target);
  const jump = await lease(target.jumpHost);
  try {
    const sock = await jump.connection.ssh.forwardOut('127.0.0.1', 0, target.address, target.port);
    const connection = await connect(target, sock);
    connection.onClose(jump.release);
    return connection;
  } catch (error) {
    jump.release();
    throw error;
  }
}

async function borrow(key: string, entry: Entry): Promise<Lease> {
  const connection = await entry.opening;
  entry.users += 1;
  clearTimeout(entry.idle);
  let given = true;
  const giveBack = (): boolean => {
    if (!given) return false;
    given = false;
    entry.users -= 1;
    return true;
  };
  return {
    connection,
    release: () => {
      if (!giveBack() || entry.users > 0) return;
      if (entries.get(key) !== entry) {
        remove(key, entry);
        return;
      }
      entry.idle = setTimeout(() => {
        remove(key, entry);
      }, idleMs).unref();
    },
    drop: () => {
      if (giveBack()) remove(key, entry);
    },
  };
}

function remove(key: string, entry: Entry): void {
  forget(key, entry);
  entry.opening.then(
    ({ ssh }) => {
      ssh.dispose();
    },
    () => undefined,
  );
}

function forget(key: string, entry: Entry): void {
  clearTimeout(entry.idle);
  if (entries.get(key) === entry) entries.delete(key);
}
