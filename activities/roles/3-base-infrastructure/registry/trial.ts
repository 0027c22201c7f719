import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { digestOf } from '../../../clients/registry/digest.js';
import type { ImageSource } from '../../../clients/registry/image-source.js';
import { manifestOf, manifestTypes } from '../../../clients/registry/manifest.js';
import { ApiError, CheckFailedError } from '../../../errors.js';
import { resultOf, type Step, type StepContext } from '../../../role.js';
import { instanceOn } from './instances.js';

/** An image that nobody runs: an empty archive, the same bytes each time. */
export const trialRepository = 'socle/trial';
const trialTag = '1';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const layer = Buffer.alloc(1024);
const config = json({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
});
const partOf = (mediaType: string, bytes: Buffer) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
const manifest = manifestOf(
  json({
    schemaVersion: 2,
    mediaType: manifestTypes.ociImage,
    config: partOf('application/vnd.oci.image.config.v1+json', config),
    layers: [partOf('application/vnd.oci.image.layer.v1.tar', layer)],
  }),
  manifestTypes.ociImage,
);

const source: ImageSource = {
  name: 'the trial image',
  manifest: async (reference) =>
    reference === trialTag || reference === manifest.digest ? manifest : undefined,
  openBlob: async (digest, from) => {
    const bytes = [layer, config].find((one) => digestOf(one) === digest);
    if (bytes === undefined) throw new Error(`the trial image has no ${digest}`);
    return Readable.from([bytes.subarray(from)]);
  },
};

/** Pushes an image where the orchestrator may, and pulls it where nodes do. */
export const trialStep: Step = {
  id: 'trial',
  title: 'push and pull an image',
  on: 'each',
  profile: 'quick',
  after: ['install-docker-registry.configuration'],
  check: async (context) => resultOf(await trialProblems(context)),
  apply: async (context) => {
    const { machine, signal } = context;
    const { mirrorImage } = await import('../../../clients/registry/mirror-image.js');
    const registry = await instanceOn(context, machine, 'push');
    const target = { registry, repository: trialRepository };
    const { digest } = await mirrorImage({ source, reference: trialTag, target, signal });
    if (digest !== manifest.digest)
      throw new CheckFailedError(`${registry.url} changed the image that was pushed`, [
        `${manifest.digest} became ${digest}`,
      ]);
    return [`${machine.name}: ${trialRepository}:${trialTag} pushed`];
  },
};

/** Reads only: what a node pulls is what was pushed, and a node's login pushes nothing. */
export async function trialProblems(context: StepContext): Promise<string[]> {
  const { machine, signal } = context;
  const { getManifest } = await import('../../../clients/registry/manifests.js');
  const { readBlob } = await import('../../../clients/registry/read-blob.js');
  const { registrySource } = await import('../../../clients/registry/registry-source.js');
  const pull = await instanceOn(context, machine, 'pull');
  const found = await getManifest(pull, trialRepository, trialTag, signal);
  if (found?.digest !== manifest.digest)
    return [`${machine.name}: ${trialRepository}:${trialTag} is ${found?.digest ?? 'missing'}`];
  const blobs = registrySource(pull, trialRepository);
  const part = partOf('application/vnd.oci.image.layer.v1.tar', layer);
  await pipeline(
    readBlob(blobs, part, { signal }),
    new Writable({ write: (_part, _encoding, done) => done() }),
  );
  return (await nodePushes(context)) ? [`${machine.name}: a node's login may push`] : [];
}

async function nodePushes(context: StepContext): Promise<boolean> {
  const { checkLogin } = await import('../../../clients/registry/registry.js');
  try {
    await checkLogin(await instanceOn(context, context.machine, 'push', 'pull'), context.signal);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}
