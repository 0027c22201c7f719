import { mirroredRepository, referenceOf, type Image } from '../../../../config/artifacts/image.js';
import { plannedImages } from '../../../../config/artifacts/site-images.js';
import { storedImage } from '../../../artifacts/stored-image.js';
import type { MirrorProgress } from '../../../clients/registry/mirror-image.js';
import type { OpenUploads } from '../../../clients/registry/upload-blob.js';
import { ApiError, PermanentError } from '../../../errors.js';
import { resultOf, type Step, type StepContext } from '../../../role.js';
import { instanceOn } from './instances.js';

/** Images at once, and blobs of each: eight parts of 8 MiB are in memory for a machine. */
const imagesAtOnce = 4;
const blobsAtOnce = 2;

/** Uploads that an attempt left behind, for the next one on this worker. Another worker sends such a blob from its start. */
const uploads: OpenUploads = new Map();

/**
 * Fills the registry of one machine with the images that the plan's machines pull, from the site's store. Where gitops are
 * two, each is filled by its own step. Blobs that are there are not sent again.
 */
export const imagesStep: Step = {
  id: 'images',
  title: 'mirror the images of the catalogue',
  on: 'each',
  profile: 'packages',
  after: ['install-docker-registry.configuration'],
  check: async (context) => resultOf(await imageProblems(context)),
  apply: async (context) => {
    const { eachOf } = await import('../../../clients/registry/each-of.js');
    const changes: string[] = [];
    await eachOf((await compared(context)).filter(isWrong), imagesAtOnce, async ({ image }) => {
      const copiedBlobs = await mirror(context, image);
      changes.push(`${context.machine.name}: ${referenceOf(image)} mirrored, ${copiedBlobs} blobs sent`);
    });
    return changes.sort();
  },
};

/** Reads only: what nodes pull under each tag is what the catalogue pins. */
export async function imageProblems(context: StepContext): Promise<string[]> {
  const all = await compared(context);
  return all.filter(isWrong).map(({ image, found }) => {
    const is = found === undefined ? 'missing' : `${found}, wanted ${image.digest}`;
    return `${context.machine.name}: ${referenceOf(image)} is ${is}`;
  });
}

type Compared = { image: Image; found: string | undefined };

function isWrong({ image, found }: Compared): boolean {
  return found !== image.digest;
}

/** What a node's login finds, asked of the instance that nodes pull from. */
async function compared(context: StepContext): Promise<Compared[]> {
  const images = plannedImages(context.plan);
  if (images.length === 0) return [];
  const { eachOf } = await import('../../../clients/registry/each-of.js');
  const { manifestDigest } = await import('../../../clients/registry/manifests.js');
  const registry = await instanceOn(context, context.machine, 'pull');
  const found = new Map<Image, string | undefined>();
  await eachOf(images, imagesAtOnce, async (image) => {
    const digest = manifestDigest(registry, mirroredRepository(image), image.version, context.signal);
    found.set(image, await digest.catch((error: unknown) => explain(context, image, error)));
  });
  return images.map((image) => ({ image, found: found.get(image) }));
}

/** @returns how many blobs were sent */
async function mirror(context: StepContext, image: Image): Promise<number> {
  const { mirrorImage } = await import('../../../clients/registry/mirror-image.js');
  const registry = await instanceOn(context, context.machine, 'push');
  const mirrored = mirrorImage({
    source: await storedImage(context, image),
    reference: image.digest,
    target: { registry, repository: mirroredRepository(image), tag: image.version },
    atOnce: blobsAtOnce,
    uploads,
    signal: context.signal,
    progress: (progress) => context.progress(progressLine(image, progress)),
  });
  const { copiedBlobs } = await mirrored.catch((error: unknown) => explain(context, image, error));
  return copiedBlobs;
}

function progressLine(image: Image, { doneBytes, totalBytes }: MirrorProgress): string {
  const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
  return `${referenceOf(image)} ${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB`;
}

/** Says on which machine, why, and what to type next, where that is known. */
function explain({ machine, site, signal }: StepContext, image: Image, error: unknown): never {
  signal.throwIfAborted();
  const again = 'socle deploy FILE --only install-docker-registry';
  const { store } = site.artifacts;
  if (error instanceof ApiError && error.system === 'registry' && error.status === 401)
    throw new PermanentError(
      `${machine.name}: its registry refuses Socle's login (401) for ${referenceOf(image)}. Its file of logins was changed, or this worker has another master key (secrets.master) than the one that wrote it. Give the worker the right key, then: ${again}`,
    );
  if (error instanceof ApiError && error.system === 'image layout' && !error.retryable)
    throw new PermanentError(
      `${machine.name}: ${referenceOf(image)} cannot be read from ${store}: ${error.message}. Compare the store: socle artifacts verify ${store} FILE`,
    );
  if (error instanceof PermanentError)
    throw new PermanentError(
      `${machine.name}: ${referenceOf(image)}: ${error.message}. Compare the store: socle artifacts verify ${store} FILE`,
    );
  throw error;
}
