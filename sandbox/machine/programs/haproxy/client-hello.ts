/** What the first bytes of a connection are: not TLS, not enough to tell, or a greeting with the name it asks for. */
export type Greeting = 'other' | 'incomplete' | { name: string | undefined };

const [handshake, clientHello, serverName] = [22, 1, 0];

/** Reads a TLS ClientHello in its first record (RFC 8446, section 4.1.2; RFC 6066, section 3). */
export function readGreeting(bytes: Buffer): Greeting {
  if (bytes.length > 0 && bytes[0] !== handshake) return 'other';
  if (bytes.length < 6) return 'incomplete';
  if (bytes[5] !== clientHello) return 'other';
  const end = 5 + bytes.readUInt16BE(3);
  if (bytes.length < end) return 'incomplete';
  try {
    return { name: nameIn(bytes.subarray(9, end)) };
  } catch (error) {
    if (error instanceof RangeError) return 'other';
    throw error;
  }
}

/** @throws RangeError when a length points beyond the end */
function nameIn(body: Buffer): string | undefined {
  let at = 2 + 32;
  at += 1 + body.readUInt8(at);
  at += 2 + body.readUInt16BE(at);
  at += 1 + body.readUInt8(at);
  if (at >= body.length) return undefined;
  const end = at + 2 + body.readUInt16BE(at);
  for (at += 2; at < end;) {
    const [type, length] = [body.readUInt16BE(at), body.readUInt16BE(at + 2)];
    at += 4;
    // A list of names of which only the first, of type host_name, is ever sent.
    if (type === serverName) return body.toString('latin1', at + 5, at + 5 + body.readUInt16BE(at + 3));
    at += length;
  }
  return undefined;
}
