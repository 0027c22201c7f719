import type { Readable } from 'node:stream';
import { z } from 'zod';
import { PermanentError } from '../../errors.js';
import { isDigest, requireDigest } from './digest.js';
import type { ImageSource } from './image-source.js';
import { Descriptor, manifestOf, manifestTypes, type Manifest } from './manifest.js';

const Layout = z.object({ imageLayoutVersion: z.literal('1.0.0') });
const Index = z.object({ manifests: z.array(Descriptor) });
/** Bears the tag of an image in index.json. */
export const tagAnnotation = 'org.opencontainers.image.ref.name';

/** The files of a layout, wherever they lie. Paths begin with a slash. */
export type LayoutFiles = {
  /** Names them in messages. */
  name: string;
  /** A whole file; undefined when there is none. */
  read: (path: string, signal?: AbortSignal) => Promise<Buffer | undefined>;
  /** A file from a byte on. */
  open: (path: string, from: number, signal?: AbortSignal) => Promise<Readable>;
};

/**
 * An OCI image layout as a source of images: what `skopeo copy … oci:DIR:TAG` wrote. A tag is looked for among the
 * annotations of index.json; a layout with one image alone gives it under any tag.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export function layoutSource({ name, read, open }: LayoutFiles): ImageSource {
  const json = async <Answer>(
    path: string,
    form: z.ZodType<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer | undefined> => {
    const bytes = await read(path, signal);
    if (bytes === undefined) return undefined;
    const parsed = form.safeParse(jsonOf(bytes));
    if (parsed.success) return parsed.data;
    throw new PermanentError(`${name}${path} is not part of an OCI image layout of version 1.0.0`);
  };
  const manifestByDigest = async (
    { digest, mediaType }: Pick<Descriptor, 'digest' | 'mediaType'>,
    signal?: AbortSignal,
  ): Promise<Manifest | undefined> => {
    const path = blobPath(digest);
    const bytes = await read(path, signal);
    if (bytes === undefined) return undefined;
    const manifest = manifestOf(bytes, mediaType || ownType(bytes));
    requireDigest(manifest.digest, digest, `${name}${path}`);
    return manifest;
  };
  return {
    name,
    manifest: async (reference, signal) => {
      if (isDigest(reference)) return manifestByDigest({ digest: reference, mediaType: '' }, signal);
      if ((await json('/oci-layout', Layout, signal)) === undefined) return undefined;
      const manifests = (await json('/index.json', Index, signal))?.manifests ?? [];
      const tagged = manifests.find(({ annotations }) => annotations?.[tagAnnotation] === reference);
      const found = tagged ?? (manifests.length === 1 ? manifests[0] : undefined);
      return found && manifestByDigest(found, signal);
    },
    openBlob: (digest, from, signal) => open(blobPath(digest), from, signal),
  };
}

/** Where a layout has a blob or manifest: `/blobs/sha256/…`. */
export function blobPath(digest: string): string {
  return `/blobs/${digest.replace(':', '/')}`;
}

const Typed = z.object({
  mediaType: z.string().optional(),
  manifests: z.unknown().optional(),
  layers: z.unknown().optional(),
});

/** Files have no content type; manifests name their own, but for some of the OCI's, which need not. */
function ownType(bytes: Buffer): string {
  const { data } = Typed.safeParse(jsonOf(bytes));
  if (data?.mediaType !== undefined) return data.mediaType;
  if (data?.manifests !== undefined) return manifestTypes.ociIndex;
  return data?.layers === undefined ? '' : manifestTypes.ociImage;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
