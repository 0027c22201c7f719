import type { GitHttpRequest, GitHttpResponse, HttpClient as GitTransport } from 'isomorphic-git';
import { httpClient, type HttpRequest } from '../http/http-client.js';

/** A repository as git reaches it over HTTPS, and who reads and writes it. */
export type GitRemote = {
  /** `https://host/owner/name.git`, without a login. */
  url: string;
  /** PEM of the only authority that its certificate is checked against. */
  ca: string;
  /** The password may be a token. */
  login: { username: string; password: string };
  signal?: AbortSignal;
  /** For one request, 30 seconds when absent. */
  timeoutMs?: number;
};

/**
 * What isomorphic-git asks over: the project's own client, so that its errors are ApiError, and the login is known here
 * alone and is sent with the first request, which spares a 401 for each. Answers are held in memory, as the files are.
 * @see https://isomorphic-git.org/docs/en/http
 * @see https://git-scm.com/docs/http-protocol
 */
export function gitTransport({ url, ca, login, signal, timeoutMs }: GitRemote): GitTransport {
  const http = httpClient({
    system: 'git',
    url: new URL(url).origin,
    ca,
    headers: { authorization: basicLogin(login) },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const request = async (wanted: GitHttpRequest): Promise<GitHttpResponse> => {
    const { pathname, searchParams } = new URL(wanted.url);
    const { status, headers, body } = await http.request<Buffer>({
      method: methodOf(wanted),
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: wanted.headers ?? {},
      accept: [200],
      read: 'bytes',
      ...(wanted.body === undefined ? {} : { body: await bytesOf(wanted.body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      url: wanted.url,
      statusCode: status,
      statusMessage: '',
      headers: { ...headers },
      body: once(body),
    };
  };
  return { request };
}

export function basicLogin({ username, password }: GitRemote['login']): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function methodOf({ method }: GitHttpRequest): HttpRequest['method'] {
  return method === 'POST' ? 'POST' : 'GET';
}

async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
