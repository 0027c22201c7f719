import { crc32 } from './crc32.js';

/**
 * A zip archive with one program in it, stored and not compressed, so that its bytes are the same everywhere.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16
 */
export function zipOf(name: string, content: Buffer): Buffer {
  const names = Buffer.from(name);
  const sizes = [word(crc32(content), 4), word(content.length, 4), word(content.length, 4)];
  // Version 2.0, no flags, stored, the first of January 1980.
  const common = [word(20, 2), word(0, 2), word(0, 2), word(0, 2), word(33, 2), ...sizes];
  const local = Buffer.concat([
    word(0x04034b50, 4),
    ...common,
    word(names.length, 2),
    word(0, 2),
    names,
    content,
  ]);
  const central = Buffer.concat([
    word(0x02014b50, 4),
    word((3 << 8) | 20, 2),
    ...common,
    word(names.length, 2),
    Buffer.alloc(8),
    word(0o100755 * 0x10000, 4),
    word(0, 4),
    names,
  ]);
  const end = [word(0x06054b50, 4), word(0, 4), word(1, 2), word(1, 2)];
  return Buffer.concat([local, central, ...end, word(central.length, 4), word(local.length, 4), word(0, 2)]);
}

/**
 * A tar archive in gzip with one program in it, also stored.
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 * @see https://www.rfc-editor.org/rfc/rfc1952 and rfc1951, 3.2.4
 */
export function tarGzOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('0000755\0' + '0000000\0'.repeat(2), 100);
  header.write(`${octal(content.length, 11)}\0${octal(0, 11)}\0        0`, 124);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  const tar = Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
  return Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]),
    // The one block, stored; its length cannot pass 65,535 bytes.
    Buffer.from([1]),
    word(tar.length, 2),
    word(~tar.length & 0xffff, 2),
    tar,
    word(crc32(tar), 4),
    word(tar.length, 4),
  ]);
}

function word(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
