import type { MachineState } from '../../laboratory/state.js';

/** What `socle lab status` prints: the machines that the laboratory holds, with where they are reached. */
export function renderLaboratory(
  running: { pid: number; temporalAddress: string | undefined } | undefined,
  machines: readonly MachineState[],
): string[] {
  if (running === undefined)
    return machines.length === 0
      ? ['There is no laboratory here.']
      : [`A laboratory was killed; ${machines.length} machines of it are left: npx socle lab down`];
  const width = Math.max(0, ...machines.map(({ name }) => name.length));
  return [
    `The laboratory runs in process ${running.pid}.`,
    ...(running.temporalAddress === undefined ? [] : [`Temporal  ${running.temporalAddress}`]),
    `Machines  ${machines.filter(({ powered }) => powered).length} of ${machines.length} have power`,
    ...machines.map(({ name, powered }) => `  ${name.padEnd(width)}  ${powered ? 'on' : 'off'}`),
  ];
}
