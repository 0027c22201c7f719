import { z } from 'zod';
import { PermanentError } from '../../errors.js';
import { digestOf } from './digest.js';

/** The forms of a manifest that are read and written: Docker's schema 2 and the OCI's, an image's and an index's each. */
export const manifestTypes = {
  dockerImage: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  ociImage: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
} as const;

const indexTypes: readonly string[] = [manifestTypes.dockerList, manifestTypes.ociIndex];
const imageTypes: readonly string[] = [manifestTypes.dockerImage, manifestTypes.ociImage];

/** A manifest as it was received: its bytes are never written anew, so its digest stays. */
export type Manifest = { mediaType: string; bytes: Buffer; digest: string };

export const Descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is no SHA-256 digest'),
  size: z.int().nonnegative(),
  /** Where a layer lies that may not be distributed. */
  urls: z.array(z.string()).optional(),
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type Descriptor = z.infer<typeof Descriptor>;

const Index = z.object({ mediaType: z.string().optional(), manifests: z.array(Descriptor) });
const Image = z.object({ mediaType: z.string().optional(), config: Descriptor, layers: z.array(Descriptor) });

/** What a manifest refers to: other manifests, or blobs. */
export type ManifestContent =
  { kind: 'index'; manifests: readonly Descriptor[] } | { kind: 'image'; blobs: readonly Descriptor[] };

/** @param contentType of the answer, or of the descriptor that named it */
export function manifestOf(bytes: Buffer, contentType: string): Manifest {
  return { mediaType: contentType.split(';')[0]!.trim(), bytes, digest: digestOf(bytes) };
}

/**
 * Reads what a manifest refers to. Layers that may not be distributed are left out, as every registry leaves them out.
 * @throws PermanentError when it is of no form in use, such as Docker's schema 1
 */
export function readManifest({ mediaType, bytes, digest }: Manifest): ManifestContent {
  const refuse = (why: string): never => {
    throw new PermanentError(`manifest ${digest} (${mediaType}): ${why}`);
  };
  const schema = indexTypes.includes(mediaType) ? Index : imageTypes.includes(mediaType) ? Image : undefined;
  if (schema === undefined) return refuse('only schema 2 of Docker and the OCI are copied');
  const parsed = schema.safeParse(jsonOf(bytes));
  const issue = parsed.error?.issues[0];
  if (!parsed.success) return refuse(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
  const content = parsed.data;
  if ('manifests' in content) return { kind: 'index', manifests: content.manifests };
  return {
    kind: 'image',
    blobs: [content.config, ...content.layers].filter(({ urls }) => urls === undefined || urls.length === 0),
  };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
