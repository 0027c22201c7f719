import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { splitHostPort } from '../../config/site/address.js';

/** Seconds from 1900, which NTP counts from, to 1970. */
const epochOffset = 2_208_988_800;

/**
 * A time server that says what this computer's clock says. RFC 5905 section 7.3.
 * @returns what ends it
 */
export async function serveTime(server: string): Promise<() => void> {
  const { host, port } = splitHostPort(server, 123);
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port: from }) => {
    if (query.length >= 48) socket.send(answerTo(query), from, address);
  });
  socket.bind(port, host);
  await once(socket, 'listening');
  return () => void socket.close();
}

function answerTo(query: Buffer): Buffer {
  const answer = Buffer.alloc(48);
  answer[0] = 0x24; // version 4, server
  answer[1] = 2;
  answer[2] = query[2] ?? 0;
  answer[3] = 0xec;
  answer.write('LOCL', 12, 'latin1');
  query.copy(answer, 24, 40, 48);
  for (const offset of [16, 32, 40]) writeNow(answer, offset);
  return answer;
}

function writeNow(answer: Buffer, offset: number): void {
  const now = Date.now();
  answer.writeUInt32BE(Math.floor(now / 1000) + epochOffset, offset);
  answer.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 2 ** 32), offset + 4);
}
