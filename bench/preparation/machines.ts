import { setTimeout as sleep } from 'node:timers/promises';
import { compile } from '../../activities/host/compile.js';
import { parseReport } from '../../activities/host/report.js';
import type { Resource } from '../../activities/host/resource.js';
import { stateOf } from '../../activities/roles/2-preparation/steps.js';
import type { StepContext } from '../../activities/role.js';
import type { Machine } from '../../config/machine.js';
import type { Plan } from '../../config/plan-types.js';
import type { Secrets } from '../../config/secrets.js';
import { withInput } from './with-input.js';
import type { MachineWork } from './peer.js';
import { workOf } from './work.js';

const lookAgainMs = 500;
const longestStartMs = 120_000;

/** cloud-init has ended and systemd has nothing left to start. */
const startedScript =
  'test -e /var/lib/cloud/instance/boot-finished && { systemctl is-system-running --wait || :; }';

export type Reached = { machine: Machine; resources: Resource[]; ssh: readonly string[] };

/** The plan's machines with what prepare-vms wants of each, and the words that log in there. */
export async function reachedMachines(
  plan: Plan,
  secrets: Secrets,
  prefix: readonly string[],
  sshConfig: string,
): Promise<Reached[]> {
  const role = plan.phases.flatMap(({ roles }) => roles).find(({ name }) => name === 'prepare-vms');
  return Promise.all(
    plan.machines.map(async (machine) => {
      const context: StepContext = {
        plan,
        site: plan.site,
        inputs: role?.inputs ?? {},
        target: machine.name,
        machine,
        machines: plan.machines,
        secrets,
        runId: 'bench',
        signal: new AbortController().signal,
        progress: () => undefined,
      };
      const resources = await Promise.all(Object.values(stateOf).map(async (state) => state(context)));
      return { machine, resources: resources.flat(), ssh: [...prefix, 'ssh', '-F', sshConfig, machine.name] };
    }),
  );
}

export function workOfMachines(reached: readonly Reached[]): MachineWork[] {
  return reached.map(({ machine, resources }) => ({ machine, tasks: workOf(resources).tasks }));
}

/** Waits until every machine has started for the first time. */
export async function untilStarted(reached: readonly Reached[]): Promise<void> {
  const deadline = Date.now() + longestStartMs;
  await Promise.all(
    reached.map(async ({ machine, ssh }) => {
      for (;;) {
        const { code, output } = await withInput([...ssh, startedScript], '');
        if (code === 0) return;
        if (Date.now() > deadline) throw new Error(`${machine.name} has not started: ${output.slice(-300)}`);
        await sleep(lookAgainMs);
      }
    }),
  );
}

/**
 * Socle's own comparison of every machine with the wanted state, by its script over plain SSH.
 * @returns one line for each difference
 */
export async function differences(reached: readonly Reached[]): Promise<string[]> {
  const found = await Promise.all(
    reached.map(async ({ machine, resources, ssh }) => {
      const script = compile(resources, { mode: 'check' });
      const { output } = await withInput([...ssh, 'sudo', '-n', 'sh', '-s'], script);
      const report = parseReport(output);
      if (!report.complete) return [`${machine.name}: the check did not end: ${output.slice(-300)}`];
      return report.resources
        .filter(({ state }) => state !== 'ok')
        .map(({ resource, diff }) => `${machine.name}: ${resource}: ${diff.join('; ')}`);
    }),
  );
  return found.flat();
}
