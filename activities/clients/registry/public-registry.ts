import { z } from 'zod';
import { httpClient } from '../http/http-client.js';
import { loginHeader } from '../http/login-header.js';
import { registryAt, type Registry, type RegistrySettings } from './registry.js';

/** What a registry asks for before it answers. */
type Challenge =
  { scheme: 'none' } | { scheme: 'basic' } | { scheme: 'bearer'; realm: string; service?: string };
type Token = { authorization: string; untilMs: number };

/** Without a word about it a token holds for a minute. A request must be under way before it ends. */
const usualSeconds = 60;
const spareMs = 10_000;

/**
 * A registry of the Internet, to pull from: its token server is asked for a token to each repository, in the name of
 * nobody without a login; its redirects to other storage are followed, and the environment's proxy is asked.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export function publicRegistry(settings: RegistrySettings): Registry {
  const { url, ca, timeoutMs } = settings;
  const registry = registryAt({
    url,
    maxRedirects: 5,
    viaProxy: true,
    ...(ca !== undefined && { ca }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  let asked: Promise<Challenge> | undefined;
  const tokens = new Map<string, Promise<Token>>();

  const authorization = async (path: string, signal?: AbortSignal): Promise<string | undefined> => {
    asked ??= challengeOf(registry, signal);
    const challenge = await asked.catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    if (challenge.scheme === 'none') return undefined;
    if (challenge.scheme === 'basic') return loginHeader(settings).authorization;
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs|tags)\//.exec(path)?.[1] ?? '';
    const known = tokens.get(repository);
    // One that was refused is asked for anew.
    const held = known && (await known.catch(() => undefined));
    if (held !== undefined && held.untilMs > Date.now()) return held.authorization;
    const fresh = tokenFor(settings, challenge, repository, signal);
    tokens.set(repository, fresh);
    return (await fresh).authorization;
  };
  return {
    url,
    http: {
      request: async (request) => {
        const header = await authorization(request.path, request.signal);
        const headers = { ...request.headers, ...(header !== undefined && { authorization: header }) };
        return registry.http.request({ ...request, headers });
      },
    },
  };
}

async function challengeOf({ http }: Registry, signal?: AbortSignal): Promise<Challenge> {
  const { status, headers } = await http.request({
    method: 'GET',
    path: '/v2/',
    accept: [200, 401],
    ...(signal && { signal }),
  });
  const wanted = headers['www-authenticate'] ?? '';
  if (status === 200) return { scheme: 'none' };
  if (!/^bearer /i.test(wanted)) return { scheme: 'basic' };
  const { realm, service } = Object.fromEntries(
    [...wanted.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  ) as { realm?: string; service?: string };
  if (realm === undefined || !URL.canParse(realm)) return { scheme: 'basic' };
  return { scheme: 'bearer', realm, ...(service !== undefined && { service }) };
}

const TokenAnswer = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

async function tokenFor(
  settings: RegistrySettings,
  { realm, service }: { realm: string; service?: string },
  repository: string,
  signal?: AbortSignal,
): Promise<Token> {
  const { origin, pathname, searchParams } = new URL(realm);
  const http = httpClient({
    system: 'token server',
    url: origin,
    viaProxy: true,
    headers: loginHeader(settings),
    ...(settings.ca !== undefined && { ca: settings.ca }),
  });
  const begunMs = Date.now();
  const { body } = await http.request({
    method: 'GET',
    path: pathname,
    query: {
      ...Object.fromEntries(searchParams),
      ...(service !== undefined && { service }),
      ...(repository !== '' && { scope: `repository:${repository}:pull` }),
    },
    answer: TokenAnswer,
    ...(signal && { signal }),
  });
  const { token = body.access_token ?? '', expires_in: seconds = usualSeconds } = body;
  return { authorization: `Bearer ${token}`, untilMs: begunMs + seconds * 1000 - spareMs };
}
