import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { splitHostPort } from '../../config/site/address.js';

/** QR, AA and RCODE 3: such a name does not exist. RFC 1035 section 4.1.1. */
const noSuchName = [0x84, 0x03] as const;

/**
 * A name server that knows no name, which it says at once: nobody in the laboratory has to wait for a time limit.
 * @returns what ends it
 */
export async function serveDns(server: string): Promise<() => void> {
  const { host, port } = splitHostPort(server, 53);
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port: from }) => {
    if (query.length >= 12) socket.send(refusal(query), from, address);
  });
  socket.bind(port, host);
  await once(socket, 'listening');
  const stream = createServer((connection) => connection.destroy());
  stream.listen(port, host);
  await once(stream, 'listening');
  return () => {
    socket.close();
    stream.close();
  };
}

/** The query with its header made an answer; what follows the question is cut off. */
function refusal(query: Buffer): Buffer {
  let end = 12;
  while (end < query.length && query[end] !== 0) end += (query[end] ?? 0) + 1;
  const answer = Buffer.from(query.subarray(0, end + 5));
  answer[2] = noSuchName[0] | ((query[2] ?? 0) & 0x01);
  answer[3] = noSuchName[1];
  answer.writeUInt16BE(1, 4);
  answer.fill(0, 6, 12);
  return answer;
}
