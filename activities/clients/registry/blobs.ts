import type { Readable } from 'node:stream';
import { openAt } from './open-at.js';
import { deleteAt, repositoryPath, type Registry } from './registry.js';

/** Whether a repository holds a blob. */
export async function hasBlob(
  { http }: Registry,
  repository: string,
  digest: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { status } = await http.request({
    method: 'HEAD',
    path: repositoryPath(repository, `blobs/${digest}`),
    accept: [200, 404],
    ...(signal && { signal }),
  });
  return status === 200;
}

/** Opens a blob at a byte. `readBlob` reads it with its digest checked. */
export function openBlob(
  { http }: Registry,
  repository: string,
  digest: string,
  from: number,
  signal?: AbortSignal,
): Promise<Readable> {
  return openAt(http, repositoryPath(repository, `blobs/${digest}`), from, signal);
}

/** Deletes a blob's link in a repository; true when it was there. */
export function deleteBlob(
  registry: Registry,
  repository: string,
  digest: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return deleteAt(registry, repositoryPath(repository, `blobs/${digest}`), signal);
}
