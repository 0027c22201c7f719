import { addressNumber } from '../../config/ipv4.js';
import type { Plan } from '../../config/plan-types.js';
import { groupBy } from './group-by.js';

type Machine = Plan['machines'][number];

/** The machines of a plan, a line for those of one group and size: number, size, disks, addresses. 80 columns. */
export function renderMachines({ machines, virtualAddresses }: Plan): string[] {
  const alike = groupBy(machines, ({ group, vcpu, memoryMiB, disks }) =>
    JSON.stringify([group, vcpu, memoryMiB, disks]),
  );
  return [
    ...[...alike.values()].map(line),
    ...virtualAddresses.map(({ name, address }) => `  ${name.padEnd(61)} ${address}`),
  ];
}

function line(machines: readonly Machine[]): string {
  const { group, vcpu, memoryMiB, disks } = machines[0]!;
  const size = `${String(vcpu).padStart(2)} vCPU ${String(memoryMiB / 1024).padStart(3)} GiB`;
  const sizes = `${disks.map(({ sizeGiB }) => sizeGiB).join('+')} GiB disk`;
  return `  ${group.padEnd(18)} ${String(machines.length).padStart(3)} × ${size}  ${sizes.padEnd(19)} ${runsOf(machines.map(({ address }) => address))}`;
}

/** `10.0.0.10-12, 10.0.0.20`: neighbours together. */
export function runsOf(addresses: readonly string[]): string {
  const runs: string[][] = [];
  for (const address of addresses) {
    const last = runs.at(-1);
    if (last && addressNumber(address) === (addressNumber(last.at(-1)!) ?? 0) + 1) last.push(address);
    else runs.push([address]);
  }
  return runs
    .map((run) => (run.length === 1 ? run[0]! : `${run[0]!}-${run.at(-1)!.split('.').at(-1)!}`))
    .join(', ');
}
