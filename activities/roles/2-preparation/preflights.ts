import type { Preflight } from '../../role.js';
import { artifactAccess } from './artifact-access.js';
import { operatingSystemOf } from './os.js';

const answerMs = 10_000;

/** Nothing can be installed without the artefact source, and nothing exists yet that could serve it. */
const artifactSource: Preflight = {
  name: 'artifacts',
  title: 'the artefact source answers with the certificate authority that the site file names',
  kind: 'site',
  check: async ({ site, secrets, signal }) => {
    const { default: axios } = await import('axios');
    const { Agent } = await import('node:https');
    const { ca, username, password } = await artifactAccess(site, secrets);
    const url = site.artifacts.packages;
    try {
      const { status } = await axios.head(url, {
        signal,
        timeout: answerMs,
        validateStatus: () => true,
        ...(ca === undefined ? {} : { httpsAgent: new Agent({ ca }) }),
        ...(username === undefined ? {} : { auth: { username, password: password ?? '' } }),
      });
      if (status === 401 || status === 403)
        return [
          `artifacts.packages: ${url} refuses the credentials (${status}). See artifacts.username and password`,
        ];
      return status >= 500 ? [`artifacts.packages: ${url} answers ${status}`] : [];
    } catch (error) {
      signal.throwIfAborted();
      return [`artifacts.packages: ${url} does not answer the worker: ${(error as Error).message}`];
    }
  },
};

/** Reads only: login, root by sudo, and that the machine is what its template is said to be. */
const machines: Preflight = {
  name: 'machines',
  title: 'every machine lets Socle in and is of the operating system that the site file says',
  kind: 'role',
  check: async (context) => {
    const { openHost } = await import('../../clients/ssh/open-host.js');
    const { hostTarget } = await import('../../host/host-target.js');
    const { site, secrets, signal } = context;
    const problems = context.machines.map(async (machine): Promise<string[]> => {
      const host = openHost(await hostTarget(site, machine, secrets, 'bootstrap'));
      try {
        const script = '. /etc/os-release\necho "$ID-$VERSION_ID"\n';
        const { stdout } = await host.run(script, { signal, label: 'read /etc/os-release' });
        const { name } = operatingSystemOf(site, machine);
        const found = stdout.trim();
        return found.startsWith(name) ? [] : [`${machine.name} is ${found}, the site file says ${name}`];
      } catch (error) {
        signal.throwIfAborted();
        return [(error as Error).message];
      }
    });
    return (await Promise.all(problems)).flat();
  },
};

export const preparationPreflights: readonly Preflight[] = [artifactSource, machines];
