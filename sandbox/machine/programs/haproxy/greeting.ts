/** What the first bytes of a client say: not enough yet, no TLS, or TLS with the name it asks for. */
export type Greeting = 'incomplete' | 'other' | { name: string | undefined };

const [handshake, clientHello, serverName] = [22, 1, 0];

/** Reads the name out of a TLS greeting that came in one record (RFC 8446, 4.1.2; RFC 6066, 3). */
export function readGreeting(bytes: Buffer): Greeting {
  if (bytes.length < 6) return bytes.length > 0 && bytes[0] !== handshake ? 'other' : 'incomplete';
  if (bytes[0] !== handshake || bytes[5] !== clientHello) return 'other';
  if (bytes.length < 5 + bytes.readUInt16BE(3)) return 'incomplete';
  let at = 5 + 4 + 2 + 32;
  at += 1 + bytes[at]!;
  at += 2 + bytes.readUInt16BE(at);
  at += 1 + bytes[at]!;
  const end = at + 2 + bytes.readUInt16BE(at);
  at += 2;
  while (at + 4 <= end) {
    const [type, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
    if (type === serverName) {
      const nameLength = bytes.readUInt16BE(at + 7);
      return { name: bytes.toString('latin1', at + 9, at + 9 + nameLength) };
    }
    at += 4 + length;
  }
  return { name: undefined };
}
