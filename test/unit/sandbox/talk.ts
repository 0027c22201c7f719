import { once } from 'node:events';
import { connect } from 'node:net';

/** Says a line over a connection; answers what came back, or how it ended: an error's code, `closed`, `silence`. */
export async function talk(
  address: string,
  port: number,
  line: string,
  { timeoutMs = 3_000, from }: { timeoutMs?: number; from?: string } = {},
): Promise<string> {
  const socket = connect({ host: address, port, ...(from !== undefined && { localAddress: from }) });
  try {
    return await new Promise<string>((resolve) => {
      socket.setTimeout(timeoutMs, () => resolve('silence'));
      socket.once('connect', () => socket.write(line));
      socket.once('data', (data) => resolve(data.toString()));
      socket.once('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'ECONNRESET' ? 'closed' : (error.code ?? error.message)),
      );
      socket.once('close', () => resolve('closed'));
    });
  } finally {
    socket.destroy();
  }
}

/** A connection that stays, once the server has answered on it. */
talk.keep = async (address: string, port: number) => {
  const socket = connect({ host: address, port });
  socket.on('error', () => undefined);
  socket.write('kept');
  await once(socket, 'data');
  return { closed: () => socket.closed, end: () => void socket.destroy() };
};
