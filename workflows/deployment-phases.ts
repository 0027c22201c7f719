import type { DeploymentInput, Plan, PlanPhase, PlanRole, PlanRun } from '../config/plan-types.js';
import type { PhaseInput, Queues } from './phase-types.js';
import type { PhaseState } from './progress.js';

/** Workflow id of a phase: `site/<name>/<phase>`, or below the check run's own id. */
export function phaseWorkflowId(deploymentId: string, phase: string): string {
  return `${deploymentId}/${phase}`;
}

/** The part of the plan that one phase's workflow interprets. */
export function phaseInput(
  input: DeploymentInput,
  planRun: PlanRun,
  phase: { number: number; name: string; title: string; roles: PlanRole[] },
  mode: 'apply' | 'check',
  pending: Record<string, string[]>,
): PhaseInput {
  const { plan, hash, options } = input;
  const { hypervisor } = plan.site;
  return {
    planRun,
    hash,
    site: plan.site.name,
    number: phase.number,
    name: phase.name,
    title: phase.title,
    mode,
    roles: phase.roles,
    groups: groupsOf(plan, phase.roles),
    onFailure: options.onFailure,
    queues: queuesOf(input),
    ...(hypervisor.kind !== 'existing' && { concurrentClones: hypervisor.concurrentClones }),
    pending,
  };
}

/** The preflight as a phase of its own: every check is a step of its role, all run together. */
export function preflightPhase(
  plan: Plan,
  kinds: readonly ('site' | 'role')[],
  phases: readonly PlanPhase[],
  ignored: readonly string[],
): PlanRole[] {
  const checks = phases
    .flatMap((phase) => phase.roles)
    .filter((role) => role.available)
    .map((role) => ({
      ...role,
      needs: [],
      steps: role.preflight
        .filter((check) => kinds.includes(check.kind) && !ignored.includes(check.name))
        .map((check) => ({
          id: `preflight.${check.name}`,
          title: check.title,
          on: 'site' as const,
          profile: 'quick' as const,
        })),
    }));
  const assumed = plan.assumed.map((role) => ({
    ...role,
    needs: [],
    steps: role.steps.filter((step) => step.id === 'verify'),
  }));
  return [...checks, ...(kinds.includes('site') ? assumed : [])].filter((role) => role.steps.length > 0);
}

/** How a phase is shown before it has run. */
export function initialState(deploymentId: string, phase: PlanPhase): PhaseState {
  const available = phase.roles.some((role) => role.available);
  return {
    number: phase.number,
    name: phase.name,
    title: phase.title,
    state: available ? 'waiting' : 'not-available',
    workflowId: phaseWorkflowId(deploymentId, phase.name),
  };
}

function groupsOf(plan: Plan, roles: readonly PlanRole[]): Record<string, string[]> {
  const wanted = new Set<string>(roles.flatMap((role) => role.groups));
  const groups: Record<string, string[]> = {};
  for (const machine of plan.machines)
    if (wanted.has(machine.group)) (groups[machine.group] ??= []).push(machine.name);
  return groups;
}

/** The task queues of a run; machines of a zone that names one are worked on there. */
export function queuesOf({ plan, options }: DeploymentInput): Queues {
  const byTarget: Record<string, string> = {};
  for (const machine of plan.machines) {
    const queue = plan.site.zones[machine.zone]?.taskQueue;
    if (queue !== undefined) byTarget[machine.name] = queue;
  }
  return { main: options.taskQueue, hypervisor: options.hypervisorQueue, byTarget };
}
