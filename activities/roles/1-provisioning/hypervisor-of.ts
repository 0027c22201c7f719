import type { Site } from '../../../config/site.js';
import type { Secrets } from '../../../config/secrets.js';
import type { Hypervisor } from '../../clients/hypervisor.js';
import { PermanentError } from '../../errors.js';

/** How long what a hypervisor's inventory was resolved to is believed. */
const believedMs = 60_000;

const known = new Map<string, { hypervisor: Promise<Hypervisor>; until: number }>();

/** The site's hypervisor, or undefined when another team delivers the machines. Clients load on first use. */
export async function hypervisorOf(site: Site, secrets: Secrets): Promise<Hypervisor | undefined> {
  if (site.hypervisor.kind === 'existing') return undefined;
  const key = `${site.uuid} ${JSON.stringify(site.hypervisor)}`;
  const remembered = known.get(key);
  if (remembered !== undefined && remembered.until > Date.now()) return remembered.hypervisor;
  const hypervisor = connect(site, secrets);
  known.set(key, { hypervisor, until: Date.now() + believedMs });
  hypervisor.catch(() => known.delete(key));
  return hypervisor;
}

async function connect({ hypervisor, name, uuid }: Site, secrets: Secrets): Promise<Hypervisor> {
  if (hypervisor.kind !== 'vsphere')
    throw new PermanentError(
      `hypervisor.kind ${hypervisor.kind} is not in this version; vsphere and existing are`,
    );
  const [password, caPem] = await Promise.all([
    secrets.resolve(hypervisor.password),
    secrets.resolve(hypervisor.ca),
  ]);
  const { vsphereHypervisor } = await import('../../clients/vsphere/vsphere-hypervisor.js');
  return vsphereHypervisor(
    { url: hypervisor.url, username: hypervisor.username, password, caPem },
    hypervisor,
    { name, uuid },
  );
}
