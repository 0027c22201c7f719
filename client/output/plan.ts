import { orchestrator } from '../../config/footprints/machines.js';
import type { Plan, PlanPhase } from '../../config/plan-types.js';
import { pairsOf } from '../../config/plan.js';
import { groupBy } from './group-by.js';
import { renderMachines } from './machine-table.js';
import { count, spread, wrap } from './text.js';

/** Sum of what the machines of a plan ask of the hypervisor. */
export function totalsOf(plan: Plan): { machines: number; vcpu: number; memoryGiB: number; diskTB: number } {
  const { machines } = plan;
  const sum = (of: (machine: Plan['machines'][number]) => number): number =>
    machines.reduce((total, machine) => total + of(machine), 0);
  const diskGiB = sum((machine) => machine.disks.reduce((total, disk) => total + disk.sizeGiB, 0));
  return {
    machines: machines.length,
    vcpu: sum(({ vcpu }) => vcpu),
    memoryGiB: Math.round(sum(({ memoryMiB }) => memoryMiB) / 1024),
    diskTB: Math.round((diskGiB * 1.073741824) / 100) / 10,
  };
}

/** What a plan is for: site, hash, machines, and what it takes away. */
export function planHead(plan: Plan, hash: string): string[] {
  const { site } = plan;
  const totals = totalsOf(plan);
  const where =
    site.hypervisor.kind === 'vsphere'
      ? `vSphere ${site.hypervisor.datacenter}`
      : site.hypervisor.kind === 'nutanix'
        ? `Nutanix ${site.hypervisor.cluster}`
        : 'existing machines';
  return [
    `Site ${site.name}   ${count(site.concurrentUsers, 'user')}   ${where}   plan ${hash.slice(0, 8)}`,
    `${count(totals.machines, 'machine')}: ${totals.vcpu} vCPU, ${totals.memoryGiB.toLocaleString('en')} GiB RAM, ${totals.diskTB} TB disk`,
    ...(plan.prune ? ['Deleted: every machine of this site that is not in this plan (--prune)'] : []),
  ];
}

/** The plan as a person reads it, 80 columns. */
export function renderPlan(plan: Plan, hash: string, file: string): string[] {
  return [
    ...planHead(plan, hash),
    `Beside the platform the orchestrator: ${orchestrator.vcpu} vCPU, ${orchestrator.memoryGiB} GiB RAM, ${orchestrator.diskGiB} GiB disk`,
    '',
    ...renderMachines(plan),
    '',
    ...plan.phases.flatMap((phase) => renderPhase(plan, phase)),
    '',
    `How it was computed: socle plan ${file} --explain sizing`,
    `Single points that remain: ${singlePoints(plan)}`,
    `What your network team must open: socle ports ${file}`,
    ...(plan.assumed.length > 0
      ? [`Taken for done, and verified first: ${plan.assumed.map((role) => role.name).join(', ')}`]
      : []),
    `Nothing was changed.  Next: socle ${nextCommand(plan, file)}`,
  ];
}

function renderPhase(plan: Plan, phase: PlanPhase): string[] {
  const available = phase.roles.filter((role) => role.available);
  const lines: string[] = [];
  if (phase.gate) lines.push(`  ● gate: ${gateText(phase)}`);
  const note =
    available.length === 0 ? 'not in this version' : `${count(pairsOf(plan, phase), 'step')} on targets`;
  lines.push(
    spread(`  ${phase.number} ${phase.title.padEnd(24)} ${count(phase.roles.length, 'role')}`, note),
  );
  for (const role of phase.roles) {
    if (!role.available) lines.push(spread(`      ${role.name}`, 'not in this version'));
    else {
      const targets = plan.machines.filter((machine) => role.groups.includes(machine.group)).length;
      lines.push(
        spread(`      ${role.name}`, count(role.onlyTarget ? 1 : targets, 'machine')),
        ...wrap(role.steps.map((step) => step.id).join(' → '), 70).map((line) => `        ${line}`),
      );
    }
  }
  return lines;
}

function gateText({ gate }: PlanPhase): string {
  if (!gate) return '';
  const who = gate.starterMayApprove ? '' : ', not the person who starts';
  const until =
    gate.expiresAfterSeconds === undefined
      ? ''
      : `, ${gate.onExpiry} after ${Math.round(gate.expiresAfterSeconds / 3600)} h`;
  return `${count(gate.approvals, 'approval')}${who}${until}`;
}

function singlePoints(plan: Plan): string {
  const groups = groupBy(plan.machines, (machine) => machine.group);
  const alone = [...groups.values()].filter(
    (machines) => machines.length === 1 && !/worker/.test(machines[0]!.group),
  );
  return alone.length === 0 ? 'none' : alone.map(([machine]) => machine!.name).join(', ');
}

function nextCommand(plan: Plan, file: string): string {
  if (plan.mode === 'remove') return `remove ${file}`;
  return `deploy ${file}${plan.prune ? ' --prune' : ''}`;
}
