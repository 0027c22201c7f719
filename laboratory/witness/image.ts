import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../command.js';
import { sourcesFile, suite } from '../template.js';
import { imageFiles, imagePackages, removedFromImage } from './image-recipe.js';

/** Raised when the way of building changes and the lists do not. */
const recipeVersion = 1;

/** Grows only with what is written to it. */
const systemSize = '4G';

export type WitnessImage = { kernel: string; initialRamDisk: string; system: string };

/**
 * Kernel, initial RAM disk and system disk (raw, ext4, without partitions) of Debian 12, built once and kept. Needs root,
 * and no loop device: the file system is made with its content.
 * @param cacheFolder the folder's name there carries a hash of the recipe
 * @throws Error with the last words of the program that failed
 */
export async function ensureWitnessImage(
  cacheFolder: string,
  say: (line: string) => void,
): Promise<WitnessImage> {
  const recipe = { recipeVersion, suite, systemSize, imagePackages, imageFiles, removedFromImage };
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder, `witness-${hash}`);
  const image = imageIn(folder);
  if (existsSync(folder)) return image;
  const started = Date.now();
  say('Witness: Debian 12 with its kernel is built now; this happens once and takes two minutes');
  const unfinished = `${folder}.${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await build(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  say(`Witness: built in ${((Date.now() - started) / 1000).toFixed(0)} s, kept in ${folder}`);
  return image;
}

function imageIn(folder: string): WitnessImage {
  return {
    kernel: join(folder, 'vmlinuz'),
    initialRamDisk: join(folder, 'initrd.img'),
    system: join(folder, 'system.raw'),
  };
}

async function build(folder: string): Promise<void> {
  const root = join(folder, 'root');
  const packages = `--include=${imagePackages.join(',')}`;
  await run(['mmdebstrap', '--variant=minbase', packages, suite, root, await sourcesFile()]);
  for (const path of removedFromImage) await rm(join(root, path), { force: true });
  for (const [path, content] of Object.entries(imageFiles)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const { kernel, initialRamDisk, system } = imageIn(folder);
  await copyFile(await bootFile(root, 'vmlinuz-'), kernel);
  await copyFile(await bootFile(root, 'initrd.img-'), initialRamDisk);
  await run(['mke2fs', '-q', '-t', 'ext4', '-L', 'system', '-d', root, system, systemSize]);
  await rm(root, { recursive: true });
}

async function bootFile(root: string, start: string): Promise<string> {
  const name = (await readdir(join(root, 'boot'))).find((file) => file.startsWith(start));
  if (name === undefined) throw new Error(`the image has no /boot/${start}*: its kernel was not installed`);
  return join(root, 'boot', name);
}
