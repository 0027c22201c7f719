import { z } from 'zod';
import { PermanentError } from '../../errors.js';
import { httpClient, type HttpSettings } from '../http/http-client.js';
import { isDigest, requireDigest } from './digest.js';
import type { ImageSource } from './image-source.js';
import { Descriptor, manifestOf, type Manifest } from './manifest.js';
import { openAt } from './open-at.js';

const Layout = z.object({ imageLayoutVersion: z.literal('1.0.0') });
const Index = z.object({ manifests: z.array(Descriptor) });
const tagAnnotation = 'org.opencontainers.image.ref.name';

/**
 * An OCI image layout that lies as plain files behind HTTP, as a source of images: what `skopeo copy … oci:DIR:TAG` wrote.
 * A tag is looked for among the annotations of index.json; a layout with one image alone gives it under any tag.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export function layoutSource(settings: Omit<HttpSettings, 'system'>): ImageSource {
  const { url } = settings;
  const http = httpClient({ system: 'image layout', ...settings });
  const read = async <Answer>(
    path: string,
    answer: z.ZodType<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer> => {
    const { body } = await http.request({ method: 'GET', path, read: 'bytes', ...(signal && { signal }) });
    const parsed = answer.safeParse(JSON.parse((body as Buffer).toString('utf8')));
    if (parsed.success) return parsed.data;
    throw new PermanentError(`${url}${path} is not part of an OCI image layout of version 1.0.0`);
  };
  const manifestByDigest = async (
    { digest, mediaType }: Pick<Descriptor, 'digest' | 'mediaType'>,
    signal?: AbortSignal,
  ): Promise<Manifest | undefined> => {
    const path = blobPath(digest);
    const { status, body } = await http.request<Buffer>({
      method: 'GET',
      path,
      accept: [200, 404],
      read: 'bytes',
      ...(signal && { signal }),
    });
    if (status === 404) return undefined;
    const manifest = manifestOf(body, mediaType || ownType(body));
    requireDigest(manifest.digest, digest, `${url}${path}`);
    return manifest;
  };
  return {
    name: url,
    manifest: async (reference, signal) => {
      if (isDigest(reference)) return manifestByDigest({ digest: reference, mediaType: '' }, signal);
      await read('/oci-layout', Layout, signal);
      const { manifests } = await read('/index.json', Index, signal);
      const tagged = manifests.find(({ annotations }) => annotations?.[tagAnnotation] === reference);
      const found = tagged ?? (manifests.length === 1 ? manifests[0] : undefined);
      return found && manifestByDigest(found, signal);
    },
    openBlob: (digest, from, signal) => openAt(http, blobPath(digest), from, signal),
  };
}

function blobPath(digest: string): string {
  return `/blobs/${digest.replace(':', '/')}`;
}

const Typed = z.object({ mediaType: z.string() });

/** Files have no content type; manifests name their own. */
function ownType(bytes: Buffer): string {
  const typed = Typed.safeParse(JSON.parse(bytes.toString('utf8')));
  return typed.success ? typed.data.mediaType : '';
}
