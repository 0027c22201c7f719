import type { Machine } from '../../../config/machine.js';
import type { Probe } from '../../../config/ports/flows.js';
import { forEachMachine } from '../../host/for-each-machine.js';
import { CheckFailedError } from '../../errors.js';
import { done, todo, type CheckResult, type Converged, type Step, type StepContext } from '../../role.js';
import { assignmentFor, assignmentsOf, stampOf, type Assignment } from './assignments.js';
import { blockedFindings, type ProbeAnswer } from './blocked-pairs.js';
import {
  closeListeners,
  openListeners,
  probeScript,
  readAnswers,
  stampFile,
  stampScript,
} from './probe-scripts.js';

/**
 * Tries every pair of the port table from its real source, before any product is installed, against short-lived
 * listeners; then that the DMZ does not reach what it must not. Each machine remembers by a hash which pairs it has tried,
 * so an unchanged site tries none again.
 */
export const reachability: Step = {
  id: 'reachability',
  title: 'try every pair of the port table',
  on: 'site',
  profile: 'host',
  check,
  apply: async (context) => (await converge(context)).changes,
  converge,
};

async function check(context: StepContext): Promise<CheckResult> {
  const { machines, signal } = context;
  const remembered = await forEachMachine(context, machines, async (_, host) => {
    const { stdout } = await host.run(`cat ${stampFile} 2>/dev/null || :\n`, { signal, label: 'read stamp' });
    return stdout;
  });
  return staleness(assignmentsOf(context.site, context.plan, machines), machines, remembered);
}

/** Only what was tried with success is remembered, so what is remembered in the end is the check. */
async function converge(context: StepContext): Promise<Converged> {
  const before = await check(context);
  if (before.state === 'done') return { changes: [], after: before };
  try {
    return await tried(context);
  } catch (error) {
    await close(context);
    throw error;
  }
}

async function tried(context: StepContext): Promise<Converged> {
  const { site, plan, machines, signal } = context;
  const assignments = assignmentsOf(site, plan, machines);
  const answers = await probed(context, assignments);
  const findings = blockedFindings(answers);
  if (findings.length > 0)
    throw new CheckFailedError('the network does not do what the port table says', findings);
  context.progress('remember');
  const remembered = await forEachMachine(context, machines, async (machine, host) => {
    const stamp = stampOf(assignmentFor(assignments, machine));
    const { stdout } = await host.run(stampScript(stamp), { signal, label: 'stamp' });
    return stdout;
  });
  const changes = [`${answers.length} pairs tried from ${machines.length} machines`];
  return { changes, after: staleness(assignments, machines, remembered) };
}

/** Opens the listeners and tries the pairs. */
async function probed(context: StepContext, assignments: readonly Assignment[]): Promise<ProbeAnswer[]> {
  const { machines, signal, progress } = context;
  const options = { signal, redact: context.secrets.redact };
  progress('open listeners');
  await forEachMachine(context, machines, (machine, host) =>
    host.run(openListeners(machine.address, assignmentFor(assignments, machine).listen), {
      ...options,
      label: 'listeners',
    }),
  );
  progress('probe');
  const answers = await forEachMachine(context, machines, async (machine, host) => {
    const { wanted, forbidden } = assignmentFor(assignments, machine);
    if (wanted.length + forbidden.length === 0) return [];
    const { stdout } = await host.run(probeScript(wanted, forbidden), {
      ...options,
      label: 'probes',
    });
    const open = readAnswers(stdout);
    const answer =
      (expected: boolean) =>
      (probe: Probe): ProbeAnswer => ({
        from: machine,
        probe,
        expected,
        open: open.has(`${probe.address} ${probe.port}`),
      });
    return [...wanted.map(answer(true)), ...forbidden.map(answer(false))];
  });
  return answers.flat();
}

/** Also after an abort, so without its signal; a machine that does not answer loses its listeners at the next boot. */
async function close(context: StepContext): Promise<void> {
  await forEachMachine(context, context.machines, (_, host) =>
    host.run(closeListeners, { label: 'close listeners' }).catch(() => undefined),
  );
}

function staleness(
  assignments: readonly Assignment[],
  machines: readonly Machine[],
  remembered: readonly string[],
): CheckResult {
  const stale = machines.filter(
    (machine, index) => remembered[index]?.trim() !== stampOf(assignmentFor(assignments, machine)),
  );
  if (stale.length === 0) return done;
  const names = stale.map(({ name }) => name).join(', ');
  return todo(`${stale.length} machines have pairs that were not tried`, [`pairs of ${names}`]);
}
