import { setMaxListeners } from 'node:events';
import { createSecrets, type Secrets } from '../config/secrets.js';
import type { Plan, StepInput } from '../config/plan-types.js';
import { PermanentError } from './errors.js';
import type { StepContext } from './role.js';

const secretsByHash = new Map<string, Secrets>();

/** What check and apply of one step are given. `machine` throws when a site step asks for it. */
export function stepContext(
  plan: Plan,
  input: StepInput,
  signal: AbortSignal,
  progress: (resource: string) => void,
): StepContext {
  // A step may work on many machines at once, each listening for its end.
  setMaxListeners(0, signal);
  const role = [...plan.phases.flatMap((phase) => phase.roles), ...plan.assumed].find(
    ({ name }) => name === input.role,
  );
  if (!role) throw new PermanentError(`the plan has no role ${input.role}`);
  const machines = plan.machines.filter((machine) => role.groups.includes(machine.group));
  return {
    plan,
    site: plan.site,
    inputs: role.inputs,
    target: input.target,
    get machine() {
      const machine = plan.machines.find(({ name }) => name === input.target);
      if (!machine)
        throw new PermanentError(
          `${input.role}.${input.step} asked for the machine ${input.target}, which the plan does not have`,
        );
      return machine;
    },
    machines,
    runId: input.planRun.runId,
    secrets: secretsOf(plan, input.hash),
    signal,
    progress,
  };
}

/** The secrets of a plan's site, made once for each plan. */
export function secretsOf(plan: Plan, hash: string): Secrets {
  const known = secretsByHash.get(hash);
  if (known) return known;
  const secrets = createSecrets(plan.site, process.env);
  secretsByHash.set(hash, secrets);
  return secrets;
}
