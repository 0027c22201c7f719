import { isUtf8 } from 'node:buffer';
import { inflateRawSync } from 'node:zlib';
import { CommandError, type SimulatedCommand } from '../command.js';
import { parseOptions } from './options.js';

export const unzipCommands: readonly SimulatedCommand[] = [
  {
    name: 'unzip',
    run: async (args, { machine, cwd }) => {
      const { options, rest } = parseOptions('unzip', args, { '-p': 'flag' });
      const [archive = '', wanted, ...more] = rest;
      if (!options.has('-p') || wanted === undefined || more.length > 0)
        throw new CommandError('unzip: only "unzip -p ARCHIVE MEMBER" is simulated', 10);
      const path = machine.files.resolvePath(cwd, archive);
      if (!(await machine.files.exists(path)))
        throw new CommandError(
          `unzip:  cannot find or open ${archive}, ${archive}.zip or ${archive}.ZIP.`,
          9,
        );
      const content = member(Buffer.from(await machine.files.readFileBuffer(path)), archive, wanted);
      if (!isUtf8(content)) throw new CommandError(`unzip: ${wanted} is no text: that is not simulated`, 3);
      return { stdout: content.toString() };
    },
  },
];

/** @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.12, 4.3.16 */
function member(zip: Buffer, archive: string, wanted: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  if (end < 0)
    throw new CommandError(
      `[${archive}]\n  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it constitutes one disk of a multi-part archive.`,
      9,
    );
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const name = zip.toString('utf8', at + 46, at + 46 + nameBytes!);
    if (name === wanted) return unpacked(zip, at);
    at += 46 + nameBytes! + extraBytes! + commentBytes!;
  }
  throw new CommandError(`caution: filename not matched:  ${wanted}`, 11);
}

function unpacked(zip: Buffer, entry: number): Buffer {
  const local = zip.readUInt32LE(entry + 42);
  const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(from, from + zip.readUInt32LE(entry + 20));
  return zip.readUInt16LE(entry + 10) === 8 ? inflateRawSync(packed) : packed;
}
