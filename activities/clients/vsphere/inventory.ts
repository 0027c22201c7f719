import { PermanentError } from '../../errors.js';
import { propertiesBelow, propertiesOf } from './properties.js';
import type { SoapSession } from './soap-session.js';
import { isFault } from './vim-fault.js';
import { child, referenceOf } from './xml-node.js';
import { element, reference, value, type Reference, type Xml } from './xml.js';

/** Where in a vCenter a site lives; the names of the site file. */
export type Placement = {
  datacenter: string;
  cluster: string;
  datastore: string;
  folder: string;
  resourcePool: string;
  /** ESXi hosts for clusters without DRS; all of the cluster's when empty. */
  hosts: readonly string[];
};

/** The objects that a placement names. */
export type Place = Record<'datacenter' | 'cluster' | 'pool' | 'datastore' | 'vmFolder', Reference>;

/** @throws PermanentError naming everything that is missing, at once */
export async function findPlace(
  session: SoapSession,
  placement: Placement,
  signal?: AbortSignal,
): Promise<Place> {
  const { datacenter, cluster, datastore, resourcePool } = placement;
  const inRoot = /^Resources(\/|$)/.test(resourcePool) ? resourcePool : `Resources/${resourcePool}`;
  const paths = {
    datacenter,
    cluster: `${datacenter}/host/${cluster}`,
    pool: `${datacenter}/host/${cluster}/${inRoot}`,
    datastore: `${datacenter}/datastore/${datastore}`,
    vmFolder: `${datacenter}/vm`,
  };
  const found = await Promise.all(
    Object.entries(paths).map(
      async ([name, path]) => [name, path, await findByPath(session, path, signal)] as const,
    ),
  );
  const missing = found
    .filter(([, , target]) => target === undefined)
    .map(([name, path]) => `no ${name} "${path}"`);
  if (missing.length > 0)
    throw new PermanentError(`vSphere: ${missing.join('; ')}. Check hypervisor in the site file`);
  return Object.fromEntries(found.map(([name, , target]) => [name, target])) as Place;
}

export async function findByPath(
  session: SoapSession,
  path: string,
  signal?: AbortSignal,
): Promise<Reference | undefined> {
  const index = await session.manager('searchIndex');
  const answer = await session.call('FindByInventoryPath', index, [value('inventoryPath', path)], signal);
  return referenceOf(child(answer, 'returnval'));
}

export async function findByInstanceUuid(
  session: SoapSession,
  uuid: string,
  signal?: AbortSignal,
): Promise<Reference | undefined> {
  const index = await session.manager('searchIndex');
  const parameters = [value('uuid', uuid), value('vmSearch', true), value('instanceUuid', true)];
  return referenceOf(child(await session.call('FindByUuid', index, parameters, signal), 'returnval'));
}

export async function findFolder(
  session: SoapSession,
  placement: Placement,
  signal?: AbortSignal,
): Promise<Reference | undefined> {
  return findByPath(session, `${placement.datacenter}/vm/${placement.folder}`, signal);
}

/** The site's folder, made part by part where it is missing; two makers at once end up with the same one. */
export async function ensureFolder(
  session: SoapSession,
  placement: Placement,
  place: Place,
  signal?: AbortSignal,
): Promise<Reference> {
  let folder = place.vmFolder;
  for (const name of placement.folder.split('/')) {
    folder =
      (await findChild(session, folder, name, signal)) ?? (await createFolder(session, folder, name, signal));
  }
  return folder;
}

async function createFolder(
  session: SoapSession,
  parent: Reference,
  name: string,
  signal?: AbortSignal,
): Promise<Reference> {
  try {
    const made = referenceOf(
      child(await session.call('CreateFolder', parent, [value('name', name)], signal), 'returnval'),
    );
    if (made !== undefined) return made;
  } catch (error) {
    const twin = isFault(error, 'DuplicateName') ? referenceOf(child(error.detail, 'object')) : undefined;
    if (twin === undefined) throw error;
    return twin;
  }
  throw new PermanentError(`vSphere made the folder ${name} but did not name it`);
}

async function findChild(
  session: SoapSession,
  parent: Reference,
  name: string,
  signal?: AbortSignal,
): Promise<Reference | undefined> {
  const index = await session.manager('searchIndex');
  return referenceOf(
    child(
      await session.call('FindChild', index, [reference('entity', parent), value('name', name)], signal),
      'returnval',
    ),
  );
}

/**
 * A template by its inventory path below the VM folder, or by its name wherever it is.
 * @throws PermanentError when there is none, several, or the machine found is not a template
 */
export async function findTemplate(
  session: SoapSession,
  placement: Placement,
  place: Place,
  name: string,
  signal?: AbortSignal,
): Promise<Reference> {
  const direct = await findByPath(session, `${placement.datacenter}/vm/${name}`, signal);
  const named =
    direct?.type === 'VirtualMachine'
      ? await propertiesOf(session, [direct], ['name', 'config.template'], signal)
      : (
          await propertiesBelow(
            session,
            place.vmFolder,
            'VirtualMachine',
            ['name', 'config.template'],
            signal,
          )
        ).filter((machine) => machine.properties.get('name')?.text === name);
  const templates = named.filter((machine) => machine.properties.get('config.template')?.text === 'true');
  const [template] = templates;
  if (template !== undefined && templates.length === 1) return template.reference;
  if (templates.length > 1)
    throw new PermanentError(
      `vSphere: ${templates.length} templates are called "${name}"; give its path below the VM folder`,
    );
  throw new PermanentError(
    named.length === 0
      ? `vSphere: no template "${name}" in ${placement.datacenter}`
      : `vSphere: "${name}" is a machine, not a template`,
  );
}

/** The backing of a network card in a network, as a clone or reconfiguration wants it. */
export async function networkBacking(
  session: SoapSession,
  placement: Placement,
  name: string,
  signal?: AbortSignal,
): Promise<Xml> {
  const network = await findByPath(session, `${placement.datacenter}/network/${name}`, signal);
  if (network === undefined)
    throw new PermanentError(`vSphere: no network "${name}" in ${placement.datacenter}`);
  if (network.type === 'OpaqueNetwork')
    throw new PermanentError(
      `vSphere: "${name}" is an opaque NSX network; name a port group of a distributed switch`,
    );
  if (network.type !== 'DistributedVirtualPortgroup')
    return element(
      'backing',
      [value('deviceName', name), reference('network', network)],
      'VirtualEthernetCardNetworkBackingInfo',
    );
  const [group] = await propertiesOf(session, [network], ['key', 'config.distributedVirtualSwitch'], signal);
  const parent = referenceOf(group?.properties.get('config.distributedVirtualSwitch'));
  const [distributed] = parent === undefined ? [] : await propertiesOf(session, [parent], ['uuid'], signal);
  const port = element('port', [
    value('switchUuid', distributed?.properties.get('uuid')?.text),
    value('portgroupKey', group?.properties.get('key')?.text),
  ]);
  return element('backing', [port], 'VirtualEthernetCardDistributedVirtualPortBackingInfo');
}

/** The cluster's hosts that can take machines, by name; in the order of the site file where it names some. */
export async function usableHosts(
  session: SoapSession,
  placement: Placement,
  place: Place,
  signal?: AbortSignal,
): Promise<{ name: string; reference: Reference }[]> {
  const [cluster] = await propertiesOf(session, [place.cluster], ['host'], signal);
  const references = (cluster?.properties.get('host')?.children ?? [])
    .map(referenceOf)
    .filter((host) => host !== undefined);
  const hosts = (
    await propertiesOf(
      session,
      references,
      ['name', 'runtime.connectionState', 'runtime.inMaintenanceMode'],
      signal,
    )
  )
    .filter(
      ({ properties }) =>
        properties.get('runtime.connectionState')?.text === 'connected' &&
        properties.get('runtime.inMaintenanceMode')?.text !== 'true',
    )
    .map((host) => ({
      name: host.properties.get('name')?.text ?? host.reference.value,
      reference: host.reference,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (placement.hosts.length === 0) return hosts;
  return placement.hosts.flatMap((name) => hosts.filter((host) => host.name === name));
}
