import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, send } from './answers.js';
import { digestOf, type Storage } from './storage.js';

const largestBytes = 4 * 1024 * 1024;

type Referring = {
  config?: { digest: string };
  layers?: { digest: string; urls?: string[] }[];
  manifests?: { digest: string }[];
};

/** Reads, stores and deletes manifests; one that refers to what is not there is refused. */
export async function answerManifest(
  storage: Storage,
  repository: string,
  reference: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = storage.repository(repository);
  const digest = reference.includes(':') ? reference : found?.tags[reference];
  const mediaType = digest === undefined ? undefined : found?.manifests[digest];
  if (request.method === 'PUT') return put(storage, repository, reference, request, response);
  if (digest === undefined || mediaType === undefined)
    throw new Refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  if (request.method === 'DELETE') {
    storage.change(repository, ({ manifests, tags }) => {
      delete manifests[digest];
      for (const [tag, of] of Object.entries(tags)) if (of === digest) delete tags[tag];
    });
    return send(response, 202, {});
  }
  const bytes = storage.blob(digest)!;
  const headers = { 'content-type': mediaType, 'docker-content-digest': digest, etag: `"${digest}"` };
  if (request.method === 'HEAD') {
    response.writeHead(200, { ...headers, 'content-length': bytes.length });
    return void response.end();
  }
  send(response, 200, headers, bytes);
}

async function put(
  storage: Storage,
  repository: string,
  reference: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const digest = digestOf(bytes);
  if (bytes.length > largestBytes || (reference.includes(':') && reference !== digest))
    throw new Refusal(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  const found = storage.repository(repository);
  const { config, layers = [], manifests = [] } = parsed(bytes);
  const blobs = [...(config ? [config] : []), ...layers.filter(({ urls }) => (urls ?? []).length === 0)];
  const missing = [
    ...blobs.filter((blob) => !found?.blobs.includes(blob.digest)),
    ...manifests.filter((manifest) => found?.manifests[manifest.digest] === undefined),
  ];
  if (missing.length > 0) throw new Refusal(400, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry');
  storage.keepBlob(bytes);
  storage.change(repository, (changed) => {
    changed.manifests[digest] = request.headers['content-type'] ?? 'application/json';
    if (!reference.includes(':')) changed.tags[reference] = digest;
  });
  send(response, 201, {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
  });
}

function parsed(bytes: Buffer): Referring {
  try {
    return JSON.parse(bytes.toString('utf8')) as Referring;
  } catch {
    throw new Refusal(400, 'MANIFEST_INVALID', 'manifest invalid');
  }
}
