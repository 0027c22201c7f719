import { compare } from 'bcryptjs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SimulatedMachine } from '../../machine.js';
import { Refusal, send, sendJson, sendRefusal } from './answers.js';
import type { RegistryConfiguration } from './configuration.js';
import { answerManifest } from './manifests.js';
import type { Storage } from './storage.js';
import { createUploads } from './uploads.js';

const paths = /^\/v2\/(?<repository>.+)\/(?<kind>manifests|blobs|tags)\/(?<rest>.+)$/;

/**
 * Answers as distribution's registry of version 2.8 does.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function createAnswers(
  machine: SimulatedMachine,
  configuration: RegistryConfiguration,
  storage: Storage,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const uploads = createUploads(storage, configuration.secret);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!(await mayEnter(machine, configuration, request.headers.authorization))) {
      response.setHeader('www-authenticate', `Basic realm="${configuration.realm}"`);
      throw new Refusal(401, 'UNAUTHORIZED', 'authentication required');
    }
    const url = new URL(request.url ?? '/', 'https://registry');
    const method = request.method ?? 'GET';
    if (url.pathname === '/v2/') return sendJson(response, 200, {});
    if (url.pathname === '/v2/_catalog')
      return sendPage(response, url, 'repositories', storage.repositories());
    const { repository = '', kind = '', rest = '' } = paths.exec(url.pathname)?.groups ?? {};
    const changes = !['GET', 'HEAD'].includes(method);
    if (changes && (configuration.readOnly || (method === 'DELETE' && !configuration.deletes)))
      throw new Refusal(405, 'UNSUPPORTED', 'The operation is unsupported.');
    if (kind === 'tags' && rest === 'list') {
      const found = storage.repository(repository);
      if (!found) throw new Refusal(404, 'NAME_UNKNOWN', 'repository name not known to registry');
      return sendPage(response, url, 'tags', Object.keys(found.tags).sort(), { name: repository });
    }
    if (kind === 'manifests') return answerManifest(storage, repository, rest, request, response);
    const upload = /^(.+)\/blobs\/uploads\/([\w-]*)$/.exec(url.pathname.replace('/v2/', ''));
    if (upload?.[2] === '' && method === 'POST') return uploads.begin(upload[1]!, url.searchParams, response);
    if (upload?.[2]) return uploads.goOn(upload[1]!, upload[2], url, request, response);
    if (kind === 'blobs') return sendBlob(storage, repository, rest, request, response);
    throw new Refusal(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  };

  return (request, response) =>
    answer(request, response).catch((error: unknown) => {
      if (error instanceof Refusal) return sendRefusal(response, error);
      // The other end is gone.
      response.destroy();
    });
}

/** The file of logins is read with each request: the real one reads it when its time of change is another. */
async function mayEnter(
  machine: SimulatedMachine,
  { htpasswd }: RegistryConfiguration,
  authorization = '',
): Promise<boolean> {
  const given = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8');
  const [user = '', password = ''] = given.split(/:(.*)/s);
  const lines = ((await machine.files.text(htpasswd)) ?? '').split('\n');
  const hash = lines.find((line) => line.startsWith(`${user}:`))?.slice(user.length + 1);
  return user !== '' && hash !== undefined && (await compare(password, hash.replace(/^\$2y\$/, '$2b$')));
}

function sendPage(
  response: ServerResponse,
  { pathname, searchParams }: URL,
  member: string,
  all: readonly string[],
  more: Record<string, string> = {},
): void {
  const [count, last] = [Number(searchParams.get('n') ?? all.length), searchParams.get('last')];
  const after = last === null ? all : all.filter((one) => one > last);
  const page = after.slice(0, count);
  const isLast = page.length === after.length;
  sendJson(
    response,
    200,
    { ...more, [member]: page },
    isLast ? {} : { link: `<${pathname}?n=${count}&last=${encodeURIComponent(page.at(-1)!)}>; rel="next"` },
  );
}

function sendBlob(
  storage: Storage,
  repository: string,
  digest: string,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const bytes = storage.repository(repository)?.blobs.includes(digest) ? storage.blob(digest) : undefined;
  if (!bytes) throw new Refusal(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  const common = { 'content-type': 'application/octet-stream', 'docker-content-digest': digest };
  if (method === 'HEAD') {
    response.writeHead(200, { ...common, 'content-length': bytes.length });
    return void response.end();
  }
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  if (from === 0) return send(response, 200, common, bytes);
  const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  send(response, 206, { ...common, ...range }, bytes.subarray(from));
}
