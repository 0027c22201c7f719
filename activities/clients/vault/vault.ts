import { z } from 'zod';
import { httpClient, type HttpAnswer, type HttpRequest } from '../http/http-client.js';

/** One node of Vault, or the address of whichever is active, and who asks. */
export type VaultEndpoint = {
  /** `https://host:8200`. */
  url: string;
  /** PEM of the only authority that its certificate is checked against. */
  ca: string;
  token?: string;
  signal?: AbortSignal;
  /** For one request, 30 seconds when absent. */
  timeoutMs?: number;
};

export type VaultRequest<Answer> = Omit<HttpRequest<Answer>, 'explain' | 'signal'>;

export type Vault = {
  /** Of this node, without credentials. */
  url: string;
  /**
   * Asks below `/v1`.
   * @throws ApiError with Vault's own list of errors; never with a token
   */
  request: <Answer = unknown>(request: VaultRequest<Answer>) => Promise<HttpAnswer<Answer>>;
  /** The same node, asked with this token. */
  as: (token: string) => Vault;
};

const Refusal = z.object({ errors: z.array(z.string()) });

/**
 * A client of one Vault node. A standby forwards what it is asked to the active node.
 * @see https://developer.hashicorp.com/vault/api-docs for the requests
 */
export function vaultClient(endpoint: VaultEndpoint): Vault {
  const { url, ca, token, signal, timeoutMs } = endpoint;
  const http = httpClient({
    system: 'Vault',
    url,
    ca,
    // Without it a listener may refuse: it proves that the request was not forged by somebody else's web page.
    headers: { 'X-Vault-Request': 'true' },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return {
    url,
    as: (other) => vaultClient({ ...endpoint, token: other }),
    request: ({ path, ...request }) =>
      http.request({
        ...request,
        path: `/v1/${path}`,
        explain: (body) => explained(body, token),
        headers: { ...request.headers, ...(token === undefined ? {} : { 'X-Vault-Token': token }) },
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}

/** Most answers hold what was asked for in `data`. */
export function dataOf<Data>(data: z.ZodType<Data>): z.ZodType<Data> {
  return z.object({ data }).transform((answer) => answer.data);
}

/**
 * Reads what may not be there.
 * @returns undefined when Vault answers 404, as it also does for an empty list
 */
export async function readOrNothing<Answer>(
  vault: Vault,
  path: string,
  answer: z.ZodType<Answer>,
  query: Readonly<Record<string, string>> = {},
): Promise<Answer | undefined> {
  const { status, body } = await vault.request({ method: 'GET', path, query, accept: [200, 404] });
  return status === 404 ? undefined : answer.parse(body);
}

const Keys = dataOf(z.object({ keys: z.array(z.string()) }));

/** The names below a path; none when nothing is there. Vault takes `?list=true` for the method LIST. */
export async function listOf(vault: Vault, path: string): Promise<string[]> {
  return (await readOrNothing(vault, path, Keys, { list: 'true' }))?.keys ?? [];
}

function explained(body: unknown, token: string | undefined): string {
  const read = Refusal.safeParse(body);
  const said = read.success ? read.data.errors.join('; ').replace(/\s+/g, ' ').trim().slice(0, 300) : '';
  return (token === undefined ? said : said.replaceAll(token, '***')) || 'no reason given';
}
