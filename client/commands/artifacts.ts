import { Command } from 'commander';
import type { Artifact } from '../../config/artifacts/artifact.js';
import type { Image } from '../../config/artifacts/image.js';
import { siteArtifacts } from '../../config/artifacts/site-artifacts.js';
import { siteImages } from '../../config/artifacts/site-images.js';
import { exitCodes } from '../../config/errors.js';
import { loadSite } from '../../config/load.js';
import { accessOf, type AccessOf } from '../artifacts/access.js';
import { artifactTable, verifiedLines } from '../output/artifacts.js';
import { printJson, printLines } from '../output/print.js';

type Options = { json: boolean };
type FetchOptions = Options & { registry?: string };

/** `socle artifacts`: what is no package of the operating system, and the store that machines take it from. */
export function artifactsCommand(): Command {
  const sub = (name: string, description: string): Command =>
    new Command(name).description(description).option('--json', 'print the facts as JSON', false);
  const site = ['[file]', 'site file whose own artefacts, login and authority count'] as const;
  return new Command('artifacts')
    .description('what is installed besides packages, and the store that machines take it from')
    .addCommand(
      sub('list', 'show names, versions, licences, and who needs each')
        .argument(...site)
        .action(listAll),
    )
    .addCommand(
      sub('fetch', 'download into a folder what it lacks; goes on where it was interrupted')
        .argument('<folder>', 'folder that you serve to the machines')
        .argument(...site)
        .option(
          '--registry <url>',
          'take images from this registry, which has each below the name of the one that it comes from',
        )
        .action(fetchInto),
    )
    .addCommand(
      sub('verify', 'compare every file of a store with its checksum')
        .argument('<store>', 'folder, or address that serves it')
        .argument(...site)
        .action(verifyStore),
    );
}

async function listAll(file: string | undefined, { json }: Options): Promise<void> {
  const { artifacts, images } = await wanted(file);
  if (json) printJson({ artifacts, images });
  else printLines([...artifactTable(artifacts), '', 'images', ...artifactTable(images)]);
}

async function fetchInto(
  folder: string,
  file: string | undefined,
  { json, registry }: FetchOptions,
): Promise<void> {
  const { fetchAll } = await import('../artifacts/fetch-all.js');
  const { fetchScreen } = await import('../artifacts/fetch-screen.js');
  const { originOfImage } = await import('../artifacts/origin-of-image.js');
  const { artifacts, images, accessTo } = await wanted(file);
  const screen = json
    ? { progress: () => undefined, ended: () => undefined }
    : fetchScreen(process.stdout.isTTY);
  const fetched = await fetchAll({
    artifacts,
    images,
    folder,
    accessTo,
    originOf: (image) => originOfImage(image, registry, accessTo),
    screen,
  });
  const failed = fetched.filter(({ state }) => state === 'failed').length;
  if (failed > 0) process.exitCode = exitCodes.prerequisite;
  if (json) return printJson({ folder, fetched });
  const from = registry === undefined || failed === 0 ? '' : ` --registry ${registry}`;
  const command = `socle artifacts ${failed > 0 ? 'fetch' : 'verify'} ${withFile(folder, file)}${from}`;
  printLines(
    failed > 0
      ? ['', `${failed} of ${fetched.length} could not be had. Mend the cause, then: ${command}`]
      : ['', `Serve ${folder} as artifacts.store of the site file. To compare it again: ${command}`],
  );
}

async function verifyStore(store: string, file: string | undefined, { json }: Options): Promise<void> {
  const { isUrl, verifyAll } = await import('../artifacts/verify-all.js');
  const { artifacts, images, accessTo } = await wanted(file);
  const verified = await verifyAll([...artifacts, ...images], store, accessTo);
  const isRight = verified.every(({ problem }) => problem === undefined);
  if (!isRight) process.exitCode = exitCodes.prerequisite;
  if (json) return printJson({ store, verified });
  const folder = isUrl(store) ? 'FOLDER' : store;
  printLines([
    ...verifiedLines(store, verified),
    ...(isRight
      ? []
      : ['', `Next, for the folder that is served: socle artifacts fetch ${withFile(folder, file)}`]),
  ]);
}

async function wanted(
  file: string | undefined,
): Promise<{ artifacts: readonly Artifact[]; images: readonly Image[]; accessTo: AccessOf }> {
  const site = file === undefined ? undefined : await loadSite(file);
  return { artifacts: siteArtifacts(site), images: siteImages(site), accessTo: accessOf(site) };
}

function withFile(place: string, file: string | undefined): string {
  return file === undefined ? place : `${place} ${file}`;
}
