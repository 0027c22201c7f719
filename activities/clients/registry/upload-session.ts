import { repositoryPath, type Registry } from './registry.js';

/** An upload under way: where the registry takes the next byte, and which one that is. `location` is the server's own word. */
export type UploadSession = { location: string; offset: number };

/**
 * Begins an upload, or links a blob that another repository of the same registry holds.
 * @returns undefined when it was linked: nothing has to be sent
 */
export async function beginUpload(
  registry: Registry,
  repository: string,
  mount: { digest: string; from: string } | undefined,
  signal?: AbortSignal,
): Promise<UploadSession | undefined> {
  const { status, headers } = await registry.http.request({
    method: 'POST',
    path: repositoryPath(repository, 'blobs/uploads/'),
    ...(mount && { query: { mount: mount.digest, from: mount.from } }),
    accept: [201, 202],
    ...(signal && { signal }),
  });
  return status === 201 ? undefined : { location: locationOf(headers), offset: 0 };
}

/** Where an upload stands; undefined when the registry does not know it any more, or will not go on with it. */
export async function findUpload(
  registry: Registry,
  location: string,
  signal?: AbortSignal,
): Promise<UploadSession | undefined> {
  const { status, headers } = await registry.http.request({
    method: 'GET',
    ...addressOf(location),
    accept: [204, 400, 404, 416],
    ...(signal && { signal }),
  });
  return status === 204 ? { location: locationOf(headers), offset: offsetOf(headers) } : undefined;
}

/** Sends the next bytes of an upload. */
export async function sendPart(
  registry: Registry,
  { location, offset }: UploadSession,
  part: Buffer,
  signal?: AbortSignal,
): Promise<UploadSession> {
  const { headers } = await registry.http.request({
    method: 'PATCH',
    ...addressOf(location),
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `${offset}-${offset + part.length - 1}`,
    },
    body: part,
    accept: [202],
    ...(signal && { signal }),
  });
  return { location: locationOf(headers), offset: offset + part.length };
}

/** Ends an upload, with its last bytes when some are left; the registry refuses what has another digest. */
export async function completeUpload(
  registry: Registry,
  { location }: UploadSession,
  digest: string,
  rest: Buffer,
  signal?: AbortSignal,
): Promise<void> {
  const { path, query } = addressOf(location);
  await registry.http.request({
    method: 'PUT',
    path,
    query: { ...query, digest },
    headers: { 'content-type': 'application/octet-stream' },
    body: rest,
    accept: [201],
    ...(signal && { signal }),
  });
}

function locationOf(headers: Readonly<Record<string, string>>): string {
  const location = headers['location'];
  if (location === undefined)
    throw new Error('the registry answered an upload without saying where it goes on');
  return location;
}

/** The last byte received, which `0-0` leaves open: none and one look the same, so nothing counts as received then. */
function offsetOf(headers: Readonly<Record<string, string>>): number {
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(headers['range'] ?? '')?.[1] ?? 0);
  return last === 0 ? 0 : last + 1;
}

/**
 * The registry says where to go on, by the name it believes to have; it is asked at the address it was reached at. The
 * query carries its state, which errors must not show.
 */
function addressOf(location: string): { path: string; query: Record<string, string> } {
  const { pathname, searchParams } = new URL(location, 'https://registry');
  return { path: pathname, query: Object.fromEntries(searchParams) };
}
