import type { HttpAnswer } from '../http/http-client.js';
import { isDigest, requireDigest } from './digest.js';
import { manifestOf, manifestTypes, type Manifest } from './manifest.js';
import { deleteAt, repositoryPath, type Registry } from './registry.js';

const accept = { accept: Object.values(manifestTypes).join(', ') };

/** The digest that a registry says a tag or digest has there; undefined when there is none. */
export async function manifestDigest(
  { http }: Registry,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { status, headers } = await http.request({
    method: 'HEAD',
    path: repositoryPath(repository, `manifests/${reference}`),
    headers: accept,
    accept: [200, 404],
    ...(signal && { signal }),
  });
  return status === 404 ? undefined : headers['docker-content-digest'];
}

/**
 * A manifest by tag or digest; undefined when there is none.
 * @throws PermanentError when its bytes are not those of the digest that was asked for or that the registry names
 */
export async function getManifest(
  { http, url }: Registry,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<Manifest | undefined> {
  const path = repositoryPath(repository, `manifests/${reference}`);
  const { status, headers, body }: HttpAnswer<Buffer> = await http.request<Buffer>({
    method: 'GET',
    path,
    headers: accept,
    accept: [200, 404],
    read: 'bytes',
    ...(signal && { signal }),
  });
  if (status === 404) return undefined;
  const manifest = manifestOf(body, headers['content-type'] ?? '');
  const named = isDigest(reference) ? reference : headers['docker-content-digest'];
  if (named !== undefined) requireDigest(manifest.digest, named, `${url}${path}`);
  return manifest;
}

/** Stores a manifest under a tag or its digest. The registry refuses one whose blobs it does not hold. */
export async function putManifest(
  { http, url }: Registry,
  repository: string,
  reference: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<void> {
  const path = repositoryPath(repository, `manifests/${reference}`);
  const { headers } = await http.request({
    method: 'PUT',
    path,
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
    accept: [201],
    ...(signal && { signal }),
  });
  requireDigest(headers['docker-content-digest'] ?? manifest.digest, manifest.digest, `${url}${path}`);
}

/** Deletes a manifest and every tag that it has; true when it was there. Its blobs go with the next garbage collection. */
export function deleteManifest(
  registry: Registry,
  repository: string,
  digest: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return deleteAt(registry, repositoryPath(repository, `manifests/${digest}`), signal);
}
