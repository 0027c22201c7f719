const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

export type Ends = { source: string; sourcePort: number; target: string; targetPort: number };

/** The header of PROXY protocol version 2 (haproxy.org, proxy-protocol.txt, section 2.2); without ends: a check's, LOCAL. */
export function proxyHeader(ends?: Ends): Buffer {
  if (!ends) return Buffer.concat([signature, Buffer.from([0x20, 0x00, 0, 0])]);
  const addresses = Buffer.alloc(12);
  addresses.set(ends.source.split('.').map(Number), 0);
  addresses.set(ends.target.split('.').map(Number), 4);
  addresses.writeUInt16BE(ends.sourcePort, 8);
  addresses.writeUInt16BE(ends.targetPort, 10);
  return Buffer.concat([signature, Buffer.from([0x21, 0x11, 0, addresses.length]), addresses]);
}
