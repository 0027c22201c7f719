import type { StepContext } from '../role.js';
import { artifactAccess } from './access.js';

const answerMs = 10_000;

export type AskedSource = {
  /** Of the site file. */
  setting: string;
  url: string;
  /** Whether a status says that it is there; refused credentials are told by themselves. */
  isThere: (status: number) => boolean;
  /** What to do about a status that says it is not. */
  remedy?: string;
};

/** Whether the artefact source gives a worker what a site takes from it: the problem in words, or nothing. */
export async function sourceProblems(
  { site, secrets, signal }: Pick<StepContext, 'site' | 'secrets' | 'signal'>,
  { setting, url, isThere, remedy }: AskedSource,
): Promise<string[]> {
  const { default: axios } = await import('axios');
  const { Agent } = await import('node:https');
  const { ca, username, password } = await artifactAccess(site, secrets);
  try {
    const { status } = await axios.head(url, {
      signal,
      timeout: answerMs,
      validateStatus: () => true,
      ...(ca === undefined ? {} : { httpsAgent: new Agent({ ca }) }),
      ...(username === undefined ? {} : { auth: { username, password: password ?? '' } }),
    });
    if (status === 401 || status === 403)
      return [`${setting}: ${url} refuses the credentials (${status}). See artifacts.username and password`];
    if (isThere(status)) return [];
    return [`${setting}: ${url} answers ${status}${remedy === undefined ? '' : `. ${remedy}`}`];
  } catch (error) {
    signal.throwIfAborted();
    return [`${setting}: ${url} does not answer the worker: ${(error as Error).message}`];
  }
}
