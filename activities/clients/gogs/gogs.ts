import { z } from 'zod';
import { httpClient, type HttpAnswer, type HttpRequest } from '../http/http-client.js';

/** Who asks: a password where Gogs takes nothing else, which is for tokens alone, and a token everywhere else. */
export type GogsLogin = { username: string; password: string } | { token: string };

export type GogsEndpoint = {
  /** `https://host`, without `/api`. */
  url: string;
  /** PEM of the only authority that its certificate is checked against. */
  ca: string;
  login: GogsLogin;
  signal?: AbortSignal;
  /** For one request, 30 seconds when absent. */
  timeoutMs?: number;
};

export type GogsRequest<Answer> = Omit<HttpRequest<Answer>, 'explain' | 'signal'>;

export type Gogs = {
  /** Of the server, without credentials. */
  url: string;
  /**
   * Asks below `/api/v1`.
   * @throws ApiError with Gogs' own message; never with a password or a token
   */
  request: <Answer = unknown>(request: GogsRequest<Answer>) => Promise<HttpAnswer<Answer>>;
};

const Refusal = z.object({ message: z.string() });

/**
 * A client of Gogs 0.14. None of the lists that Socle asks for comes in pages there.
 * @see https://github.com/gogs/docs-api
 */
export function gogsClient({ url, ca, login, signal, timeoutMs }: GogsEndpoint): Gogs {
  const http = httpClient({
    system: 'Gogs',
    url,
    ca,
    headers: { authorization: authorizationOf(login) },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const secret = 'token' in login ? login.token : login.password;
  return {
    url,
    request: ({ path, ...request }) =>
      http.request({
        ...request,
        path: `/api/v1/${path}`,
        explain: (body) => explained(body, secret),
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}

function authorizationOf(login: GogsLogin): string {
  if ('token' in login) return `token ${login.token}`;
  return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
}

/**
 * Reads what may not be there.
 * @returns undefined when Gogs answers 404, as it also does for what the login may not see
 */
export async function readOrNothing<Answer>(
  gogs: Gogs,
  path: string,
  answer: z.ZodType<Answer>,
  query: Readonly<Record<string, string>> = {},
): Promise<Answer | undefined> {
  const { status, body } = await gogs.request({ method: 'GET', path, query, accept: [200, 404] });
  return status === 404 ? undefined : answer.parse(body);
}

/** A name as a segment of a path. @throws Error for what would lead to another path */
export function segment(name: string): string {
  if (!/^[A-Za-z0-9._-]+$/.test(name) || /^\.+$/.test(name))
    throw new Error(`${JSON.stringify(name)} is no name of Gogs`);
  return name;
}

/** Most refusals have a message, those of a missing or an insufficient login nothing at all. */
function explained(body: unknown, secret: string): string {
  const read = Refusal.safeParse(body);
  const said = read.success ? read.data.message.replace(/\s+/g, ' ').trim().slice(0, 300) : '';
  return said.replaceAll(secret, '***') || 'no reason given';
}
