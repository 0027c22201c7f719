import type { RoleDeclaration, StepDeclaration } from './declaration.js';
import { phases as phaseTable, type RoleName } from './phases.js';
import { gateBefore } from './plan-gates.js';
import { planInputs } from './plan-inputs.js';
import type { PlanRequest } from './plan-request.js';
import { selectRoles } from './plan-selection.js';
import type { Plan, PlanPhase, PlanRole, PlanStep } from './plan-types.js';
import { exitCodes, UserError } from './errors.js';

/** At 6 history events a (step, target) pair, a phase of this many stays under 10,000 events. */
export const maximumPairsPerPhase = 1_600;

/**
 * Builds the plan: pure and deterministic, from the site, its inventory and the declarations of the roles at hand.
 * @throws UserError naming every problem when the selection, the inputs or the size of a phase cannot be planned.
 */
export function buildPlan(request: PlanRequest): Plan {
  const { site, inventory, mode } = request;
  const declarations = new Map(request.declarations.map((declaration) => [declaration.name, declaration]));
  const { selected, assumed } = selectRoles(request, declarations);
  const inputs = planInputs(site, declarations, selected);
  const toRole = (name: RoleName): PlanRole =>
    planRole(name, declarations.get(name), inputs, selected, request);
  const ordered = mode === 'remove' ? [...phaseTable].reverse() : phaseTable;
  const planned = ordered.flatMap((phase): PlanPhase[] => {
    const roles = phase.roles
      .filter((name) => selected.has(name))
      .map(toRole)
      // What goes with its machines has nothing to remove of its own.
      .filter((role) => mode !== 'remove' || role.steps.length > 0);
    if (roles.length === 0) return [];
    const gate = mode === 'apply' ? gateBefore(site, phase.name) : undefined;
    return [{ number: phase.number, name: phase.name, title: phase.title, roles, ...(gate && { gate }) }];
  });
  const plan: Plan = {
    planVersion: 1,
    mode,
    site,
    machines: inventory.machines,
    virtualAddresses: inventory.virtualAddresses,
    phases: planned,
    assumed: [...assumed].map(toRole),
    ...(request.prune && { prune: true }),
  };
  refuseIdlePrune(plan);
  refuseOversized(plan);
  return plan;
}

function planRole(
  name: RoleName,
  declaration: RoleDeclaration | undefined,
  inputs: ReadonlyMap<RoleName, PlanRole['inputs']>,
  selected: ReadonlySet<RoleName>,
  request: PlanRequest,
): PlanRole {
  if (!declaration)
    return {
      name,
      title: name,
      available: false,
      groups: [],
      needs: [],
      inputs: null,
      preflight: [],
      steps: [],
    };
  const target = request.operation?.target;
  return {
    name,
    title: declaration.title,
    available: true,
    groups: [...declaration.groups],
    needs: needsOf(declaration, request, selected),
    inputs: inputs.get(name) ?? null,
    preflight:
      (request.mode === 'apply' || request.mode === 'check') && request.operation === undefined
        ? declaration.preflight.map(({ name: check, title, kind }) => ({ name: check, title, kind }))
        : [],
    steps: stepsOf(declaration, request).map(plainStep),
    ...(target !== undefined && { onlyTarget: target }),
  };
}

/** Removal runs against the needs: a role goes only after all that stand on it. */
function needsOf(
  { name, needs }: RoleDeclaration,
  { mode, operation, declarations }: PlanRequest,
  selected: ReadonlySet<RoleName>,
): RoleName[] {
  if (operation !== undefined) return [];
  if (mode !== 'remove') return needs.filter((need) => selected.has(need));
  return declarations
    .filter((other) => selected.has(other.name) && other.needs.includes(name))
    .map((other) => other.name);
}

function stepsOf(declaration: RoleDeclaration, request: PlanRequest): StepDeclaration[] {
  if (request.mode === 'remove') {
    const wholeSite = request.selection?.only === undefined;
    return declaration.remove
      .filter((step) => !wholeSite || step.outlivesMachines === true)
      .map((step) => ({ ...step, id: `remove.${step.id}` }));
  }
  if (request.operation !== undefined) {
    const { name } = request.operation;
    const operation = declaration.operations[name];
    if (!operation) {
      const known = Object.keys(declaration.operations).join(', ') || 'none';
      throw new UserError(
        `${declaration.name} has no operation "${name}". It has: ${known}`,
        exitCodes.usage,
      );
    }
    return operation.steps.map((step) => ({ ...step, id: `${name}.${step.id}` }));
  }
  const verify: StepDeclaration = {
    id: 'verify',
    title: 'verify',
    on: declaration.verifyOn ?? 'each',
    profile: 'host',
  };
  return [
    ...declaration.steps,
    {
      ...verify,
      after: declaration.steps
        .filter((step) => !step.besidesPlan)
        .map((step) => `${declaration.name}.${step.id}`),
    },
  ];
}

/** Keeps the declared members only: a role's step also carries functions. */
function plainStep(step: StepDeclaration): PlanStep {
  const { id, title, on, profile, parallel, rolling, ordered, queue, after, outlivesMachines } = step;
  return {
    id,
    title,
    on,
    profile,
    ...(parallel !== undefined && { parallel }),
    ...(rolling !== undefined && { rolling }),
    ...(ordered !== undefined && { ordered }),
    ...(queue !== undefined && { queue }),
    ...(after !== undefined && { after: [...after] }),
    ...(outlivesMachines !== undefined && { outlivesMachines }),
  };
}

/** Number of (step, target) pairs of a phase: what its history costs. */
export function pairsOf(plan: Plan, phase: PlanPhase): number {
  return phase.roles.reduce((sum, role) => sum + pairsOfRole(plan, role), 0);
}

function pairsOfRole(plan: Plan, role: PlanRole): number {
  const targets =
    role.onlyTarget === undefined
      ? plan.machines.filter((machine) => role.groups.includes(machine.group)).length
      : 1;
  const perPlacement = { each: targets, rest: Math.max(0, targets - 1), first: 1, site: 1 };
  return role.steps.reduce((sum, step) => sum + perPlacement[step.on], 0);
}

function refuseIdlePrune(plan: Plan): void {
  if (!plan.prune || plan.phases.some(({ name }) => name === 'provisioning')) return;
  throw new UserError(
    'With --prune the phase provisioning must be in the plan, which --only, --skip or --from leaves out.',
    exitCodes.usage,
  );
}

function refuseOversized(plan: Plan): void {
  const problems = plan.phases
    .map((phase) => ({ phase, pairs: pairsOf(plan, phase) }))
    .filter(({ pairs }) => pairs > maximumPairsPerPhase)
    .map(
      ({ phase, pairs }) =>
        `phase ${phase.number} ${phase.title} has ${pairs} steps on targets, at most ${maximumPairsPerPhase} fit into one history; plan part of it with --only`,
    );
  if (problems.length > 0) throw new UserError(problems.join('\n'), exitCodes.plan);
}
