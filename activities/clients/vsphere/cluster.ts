import type { Capacity } from '../hypervisor.js';
import { usableHosts } from './inventory.js';
import { propertiesOf } from './properties.js';
import type { Vcenter } from './vcenter.js';
import { numberAt, textAt } from './xml-node.js';

const bytesPerMib = 1024 ** 2;
const bytesPerGib = 1024 ** 3;

/** Whether the cluster places machines itself and keeps separation rules. */
export async function drsEnabled(vcenter: Vcenter, signal?: AbortSignal): Promise<boolean> {
  const { cluster } = await vcenter.place();
  const [object] = await propertiesOf(vcenter.session, [cluster], ['configurationEx'], signal);
  return textAt(object?.properties.get('configurationEx'), 'drsConfig', 'enabled') === 'true';
}

export async function capacityOf(vcenter: Vcenter, signal?: AbortSignal): Promise<Capacity> {
  const place = await vcenter.place();
  const [hosts, placesMachines, [cluster], [datastore]] = await Promise.all([
    usableHosts(vcenter.session, vcenter.placement, place, signal),
    drsEnabled(vcenter, signal),
    propertiesOf(vcenter.session, [place.cluster], ['summary'], signal),
    propertiesOf(vcenter.session, [place.datastore], ['summary'], signal),
  ]);
  const summary = cluster?.properties.get('summary');
  return {
    hosts: hosts.length,
    placesMachines,
    memoryMiB: Math.floor((numberAt(summary, 'totalMemory') ?? 0) / bytesPerMib),
    cpuCores: numberAt(summary, 'numCpuCores') ?? 0,
    freeDiskGiB: Math.floor((numberAt(datastore?.properties.get('summary'), 'freeSpace') ?? 0) / bytesPerGib),
  };
}
