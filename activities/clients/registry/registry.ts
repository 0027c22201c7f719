import { z } from 'zod';
import { loginHeader } from '../http/login-header.js';
import { httpClient, type HttpClient, type HttpSettings } from '../http/http-client.js';

/** Where a registry answers and who asks: a Basic login, or nobody when `username` is absent. */
export type RegistrySettings = Omit<HttpSettings, 'system' | 'headers'> & {
  username?: string;
  password?: string;
};

/** A registry as the other functions of this folder are given it. Nothing is asked before one of them asks. */
export type Registry = { url: string; http: HttpClient };

/**
 * A registry that speaks the distribution API, version 2, with a Basic login. One that gives tokens or sends on to other
 * storage is asked through `publicRegistry`: here the first is a 401, the second a 307.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function registryAt(settings: RegistrySettings): Registry {
  const { url } = settings;
  const http = httpClient({ system: 'registry', ...settings, headers: loginHeader(settings) });
  return {
    url,
    http: { request: (request) => http.request({ explain: explainRefusal, ...request }) },
  };
}

/** Asks the registry whether it speaks this API and takes this login. @throws ApiError when it does not */
export async function checkLogin({ http }: Registry, signal?: AbortSignal): Promise<void> {
  await http.request({ method: 'GET', path: '/v2/', ...(signal && { signal }) });
}

const Refusal = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().optional() })) });

function explainRefusal(body: unknown): string {
  const refusal = Refusal.safeParse(body);
  if (!refusal.success) return (typeof body === 'string' ? body : '').replace(/\s+/g, ' ').slice(0, 300);
  return refusal.data.errors.map(({ code, message = '' }) => `${code} ${message}`.trim()).join('; ');
}

const repositoryName = /^[a-z0-9]+([._]|__|-+|[a-z0-9])*(\/[a-z0-9]+([._]|__|-+|[a-z0-9])*)*$/;

/** Path of a repository's resource. @throws Error for what is no repository's name, which could lead elsewhere */
export function repositoryPath(repository: string, resource: string): string {
  if (!repositoryName.test(repository) || repository.length > 255)
    throw new Error(`${JSON.stringify(repository)} is no name of a repository`);
  return `/v2/${repository}/${resource}`;
}

/** Deletes what is at a path of `repositoryPath`; true when it was there. */
export async function deleteAt({ http }: Registry, path: string, signal?: AbortSignal): Promise<boolean> {
  const { status } = await http.request({
    method: 'DELETE',
    path,
    accept: [202, 404],
    ...(signal && { signal }),
  });
  return status === 202;
}
