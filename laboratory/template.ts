import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './command.js';
import { fillMirror, mirrorPackages } from './mirror.js';
import { removedFromTemplate, templateFiles, templatePackages } from './template-files.js';

export const suite = 'bookworm';
/** Raised when the way of building changes and the lists do not. */
const recipeVersion = 1;

/** Where this computer's own packages come from, in the order of preference. */
const sourcesFiles = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];

export type Template = {
  /** Root file system that every machine starts from; never written to. */
  root: string;
  /** Folder with `debian` and `debian-security`, as the machines' mirror serves them. */
  mirror: string;
};

/**
 * The template and the package mirror that fits it, built once and kept.
 * @param cacheFolder the folder's name there carries a hash of the recipe
 * @param installed packages beside those of a cloud image
 * @throws Error with the last words of the program that failed
 */
export async function ensureTemplate(
  cacheFolder: string,
  say: (line: string) => void,
  installed: readonly string[] = [],
): Promise<Template> {
  const recipe = {
    recipeVersion,
    suite,
    templatePackages,
    templateFiles,
    removedFromTemplate,
    mirrorPackages,
    ...(installed.length > 0 && { installed }),
  };
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder, `laboratory-${hash}`);
  const template = { root: join(folder, 'root'), mirror: join(folder, 'mirror') };
  if (existsSync(folder)) return template;
  const started = Date.now();
  say('Template: Debian 12 is built now; this happens once and takes two minutes');
  const unfinished = `${folder}.${process.pid}`;
  try {
    const sources = await sourcesFile();
    await mkdir(unfinished, { recursive: true });
    await buildRoot(join(unfinished, 'root'), sources, installed);
    await fillMirror(join(unfinished, 'root'), join(unfinished, 'mirror'), sources, suite);
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  say(`Template: built in ${((Date.now() - started) / 1000).toFixed(0)} s, kept in ${folder}`);
  return template;
}

/** The file that says where this computer's packages come from; throws where that is another system. */
export async function sourcesFile(): Promise<string> {
  for (const file of sourcesFiles)
    if (existsSync(file) && (await readFile(file, 'utf8')).includes(suite)) return file;
  throw new Error(`none of ${sourcesFiles.join(', ')} names ${suite}: the laboratory is built on Debian 12`);
}

async function buildRoot(root: string, sources: string, installed: readonly string[]): Promise<void> {
  await run([
    'mmdebstrap',
    '--variant=minbase',
    `--include=${[...templatePackages, ...installed].join(',')}`,
    suite,
    root,
    sources,
  ]);
  for (const path of removedFromTemplate) await rm(join(root, path), { force: true });
  // Empty, not absent: systemd then takes the machine's own id and does not think of a first boot.
  await writeFile(join(root, 'etc/machine-id'), '');
  for (const [path, content] of Object.entries(templateFiles)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}
