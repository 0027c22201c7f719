import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, send } from './answers.js';
import { digestOf, type Storage } from './storage.js';

/** Uploads carry their state signed in the address where they go on, so that either instance of one secret goes on. */
export type Uploads = {
  begin: (repository: string, query: URLSearchParams, response: ServerResponse) => void;
  goOn: (
    repository: string,
    id: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ) => Promise<void>;
};

export function createUploads(storage: Storage, secret: string): Uploads {
  const signed = (state: string): string =>
    `${state}.${createHmac('sha256', secret).update(state).digest('base64url')}`;
  const locationOf = (repository: string, id: string): string => {
    const state = Buffer.from(JSON.stringify([repository, id, storage.uploaded(id)])).toString('base64url');
    return `/v2/${repository}/blobs/uploads/${id}?_state=${signed(state)}`;
  };
  const where = (repository: string, id: string): Record<string, string | number> => ({
    location: locationOf(repository, id),
    range: `0-${Math.max(0, (storage.uploaded(id) ?? 0) - 1)}`,
    'docker-upload-uuid': id,
  });
  const link = (repository: string, digest: string): void =>
    storage.change(repository, ({ blobs }) => {
      if (!blobs.includes(digest)) blobs.push(digest);
    });
  const created = (repository: string, digest: string, response: ServerResponse): void =>
    send(response, 201, {
      location: `/v2/${repository}/blobs/${digest}`,
      'docker-content-digest': digest,
    });
  return {
    begin: (repository, query, response) => {
      const [mount, from] = [query.get('mount'), query.get('from')];
      if (mount !== null && from !== null && storage.repository(from)?.blobs.includes(mount)) {
        link(repository, mount);
        return created(repository, mount, response);
      }
      send(response, 202, where(repository, storage.beginUpload()));
    },
    goOn: async (repository, id, url, request, response) => {
      const state = url.searchParams.get('_state') ?? '';
      if (signed(state.split('.')[0] ?? '') !== state)
        throw new Refusal(400, 'BLOB_UPLOAD_INVALID', 'blob upload invalid');
      const known = storage.uploaded(id);
      if (known === undefined)
        throw new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
      if (request.method === 'GET') return send(response, 204, where(repository, id));
      const range = /^(\d+)-\d+$/.exec(request.headers['content-range'] ?? '')?.[1];
      if (range !== undefined && Number(range) !== known)
        throw new Refusal(416, 'RANGE_INVALID', 'invalid content range');
      // What arrived before a connection broke is kept.
      for await (const part of request) storage.append(id, part as Buffer);
      if (request.method === 'PATCH') return send(response, 202, where(repository, id));
      if (request.method !== 'PUT') throw new Refusal(405, 'UNSUPPORTED', 'The operation is unsupported.');
      const digest = url.searchParams.get('digest') ?? '';
      const bytes = storage.endUpload(id);
      if (digestOf(bytes) !== digest)
        throw new Refusal(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
      storage.keepBlob(bytes);
      link(repository, digest);
      created(repository, digest, response);
    },
  };
}
