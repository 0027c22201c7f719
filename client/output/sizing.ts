import {
  everyNode,
  headroom,
  longhornCpuShare,
  longhornNode,
  serverNode,
} from '../../config/footprints/node.js';
import { orchestrator } from '../../config/footprints/machines.js';
import type { Sizing } from '../../config/sizing.js';
import { count, wrap } from './text.js';

const gib = (memoryMiB: number): string => `${Math.round(memoryMiB / 102.4) / 10} GiB`;
const cores = (millicores: number): string => (millicores / 1000).toFixed(2);

/** The arithmetic behind the machines, 80 columns or a little more; `~` marks an estimate of ours. */
export function renderSizing(sizing: Sizing): string[] {
  return [
    `Sizing for ${count(sizing.users, 'user')}      ~ marks an estimate, to be replaced by a measurement`,
    '',
    ...sizing.groups.flatMap(({ group, count: number, vcpu, memoryMiB, disksGiB, because }) => [
      `${group.padEnd(20)} ${String(number).padStart(2)} × ${String(vcpu).padStart(2)} vCPU ${gib(memoryMiB).padStart(9)}   disks ${Object.entries(
        disksGiB,
      )
        .map(([name, size]) => `${name} ${size}`)
        .join(', ')} GiB`,
      ...wrap(because, 74).map((line) => `    ${line}`),
    ]),
    '',
    `Every node pays before its first pod: ${cores(everyNode.reduce((sum, cost) => sum + cost.cpuMillicores, 0))} vCPU, ${gib(everyNode.reduce((sum, cost) => sum + cost.memoryMiB, 0))}`,
    ...[
      ...everyNode,
      { ...serverNode, name: `${serverNode.name} (servers)` },
      { ...longhornNode, name: `${longhornNode.name} (apps, middleware)` },
    ].map(
      (cost) =>
        `  ${mark(cost.source)} ${cost.name.padEnd(46)} ${cores(cost.cpuMillicores).padStart(6)} ${gib(cost.memoryMiB).padStart(9)}`,
    ),
    `  Longhorn's instance manager takes ${longhornCpuShare * 100} % of a node's CPU. Headroom ${headroom * 100} %.`,
    ...sizing.demands.flatMap(({ cluster, demand }) => [
      '',
      `Cluster ${cluster}: ${cores(demand.cpuMillicores)} vCPU, ${gib(demand.memoryMiB)}, volumes ${Math.round(demand.volumesGiB)} GiB (${Math.round(demand.rawStorageGiB)} with copies)`,
      ...demand.lines.map(
        ({ workload, replicas, cpuMillicores, memoryMiB, storageGiB }) =>
          `  ${mark(workload.source)} ${workload.name.padEnd(40)} ${String(replicas).padStart(3)} ${cores(cpuMillicores).padStart(7)} ${gib(memoryMiB).padStart(9)}${storageGiB > 0 ? ` ${String(Math.round(storageGiB)).padStart(6)} GiB` : ''}`,
      ),
    ]),
    '',
    `Beside the platform: the orchestrator, ${orchestrator.vcpu} vCPU, ${orchestrator.memoryGiB} GiB, ${orchestrator.diskGiB} GiB disk ~`,
    'The site file may override any of it: sizing.<group>.count, vcpu, memoryGiB, disksGiB.',
  ];
}

function mark(source: string): string {
  return source.includes('estimate') ? '~' : ' ';
}
