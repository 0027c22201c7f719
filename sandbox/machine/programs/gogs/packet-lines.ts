/** Ends a section of a request or an answer. */
export const flush = Buffer.from('0000');

/** The most that one packet may carry: 65520 bytes with its length. */
const largest = 65_516;

/**
 * One packet of git's protocol: four hexadecimal digits for its length, then what it says.
 * @see https://git-scm.com/docs/protocol-common
 */
export function packet(content: string | Uint8Array): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (bytes.length > largest) throw new Error(`a packet of ${bytes.length} bytes is too long`);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** Bytes in packets of a side band: 1 is what was asked for, 2 what a person reads, 3 the end with an error. */
export function sideBand(band: 1 | 2 | 3, bytes: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += largest - 1)
    packets.push(packet(Buffer.concat([Buffer.from([band]), bytes.subarray(from, from + largest - 1)])));
  return packets;
}

export type PacketReader = {
  /** The next packet's text without its line's end, `flush`, or undefined at the end of what was sent. */
  next: () => string | typeof flush | undefined;
  /** All that has not been read as packets. */
  rest: () => Buffer;
};

/** @throws Error when what is there is no packet */
export function readPackets(bytes: Buffer): PacketReader {
  let at = 0;
  return {
    next: () => {
      if (at >= bytes.length) return undefined;
      const digits = bytes.toString('latin1', at, at + 4);
      const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
      if (length === 0) {
        at += 4;
        return flush;
      }
      if (length < 4 || at + length > bytes.length)
        throw new Error('protocol error: bad line length character');
      const text = bytes.toString('utf8', at + 4, at + length).replace(/\n$/, '');
      at += length;
      return text;
    },
    rest: () => bytes.subarray(at),
  };
}
