import { randomUUID } from 'node:crypto';
import type { GroupName, Machine } from '../../config/machine.js';
import type { PhaseName, RoleName } from '../../config/phases.js';
import type { Plan, PlanPhase, PlanRole, PlanStep } from '../../config/plan-types.js';
import type { Site } from '../../config/site.js';

export function step(id: string, more: Partial<PlanStep> = {}): PlanStep {
  return { id, title: id, on: 'each', profile: 'quick', ...more };
}

export function role(name: RoleName, steps: PlanStep[], more: Partial<PlanRole> = {}): PlanRole {
  return {
    name,
    title: name,
    available: true,
    groups: ['vault'],
    needs: [],
    inputs: {},
    preflight: [],
    steps,
    ...more,
  };
}

export function phase(
  number: number,
  name: PhaseName,
  roles: PlanRole[],
  more: Partial<PlanPhase> = {},
): PlanPhase {
  return { number, name, title: name, roles, ...more };
}

/** A plan over `count` machines of the group vault, named vault-1, vault-2, … */
export function planOf(phases: PlanPhase[], count = 3, more: Partial<Plan> = {}): Plan {
  const machines = Array.from({ length: count }, (_, index) => machine(`vault-${index + 1}`, 'vault'));
  const site = {
    name: 'test',
    uuid: randomUUID(),
    zones: { infra: {} },
    hypervisor: { kind: 'vsphere', concurrentClones: 8 },
  } as unknown as Site;
  return {
    planVersion: 1,
    mode: 'apply',
    site,
    machines,
    virtualAddresses: [],
    phases,
    assumed: [],
    ...more,
  };
}

function machine(name: string, group: GroupName): Machine {
  return {
    name,
    group,
    zone: 'infra',
    address: '127.0.0.1',
    sshPort: 22,
    vcpu: 2,
    memoryMiB: 2048,
    disks: [],
    instanceUuid: randomUUID(),
    template: 't',
  };
}
