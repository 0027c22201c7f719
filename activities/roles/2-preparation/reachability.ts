import { createHash } from 'node:crypto';
import type { Json } from '../../../config/json.js';
import type { Inventory, Machine } from '../../../config/machine.js';
import { outboundProbes, type Probe } from '../../../config/ports/flows.js';
import type { Site } from '../../../config/site.js';
import { forEachMachine } from '../../host/for-each-machine.js';
import { CheckFailedError } from '../../errors.js';
import { done, todo, type CheckResult, type Step, type StepContext } from '../../role.js';
import { blockedFindings, type ProbeAnswer } from './blocked-pairs.js';
import { forbiddenPairs } from './forbidden-pairs.js';
import {
  closeListeners,
  openListeners,
  probeScript,
  readAnswers,
  stampFile,
  stampScript,
} from './probe-scripts.js';

/** What one machine must and must not reach, and what others try to reach on it. */
type Assignment = { machine: Machine; wanted: Probe[]; forbidden: Probe[]; listen: number[] };

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
  apply,
};

async function check(context: StepContext): Promise<CheckResult> {
  const assignments = assignmentsOf(context.site, context.plan, context.machines);
  const stale = await forEachMachine(context, context.machines, async (machine, host) => {
    const { stdout } = await host.run(`cat ${stampFile} 2>/dev/null || :\n`, {
      signal: context.signal,
      label: 'read stamp',
    });
    return stdout.trim() === stampOf(assignmentFor(assignments, machine)) ? [] : [machine.name];
  });
  const names = stale.flat();
  return names.length === 0
    ? done
    : todo(`${names.length} machines have pairs that were not tried`, [`pairs of ${names.join(', ')}`]);
}

async function apply(context: StepContext): Promise<string[]> {
  const { site, plan, machines, signal, progress } = context;
  const assignments = assignmentsOf(site, plan, machines);
  const options = { signal, redact: context.secrets.redact };
  try {
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
      const { stdout } = await host.run(probeScript([...wanted, ...forbidden]), {
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
    const findings = blockedFindings(answers.flat());
    if (findings.length > 0)
      throw new CheckFailedError('the network does not do what the port table says', findings);
    progress('remember');
    await forEachMachine(context, machines, (machine, host) =>
      host.run(stampScript(stampOf(assignmentFor(assignments, machine))), { ...options, label: 'stamp' }),
    );
    return [`${answers.flat().length} pairs tried from ${machines.length} machines`];
  } finally {
    // Also after an abort, so without its signal; a machine that does not answer loses its listeners at the next boot.
    await forEachMachine(context, machines, (_, host) =>
      host.run(closeListeners, { label: 'close listeners' }).catch(() => undefined),
    );
  }
}

function assignmentsOf(site: Site, inventory: Inventory, machines: readonly Machine[]): Assignment[] {
  const probes = machines.map((machine) => ({
    machine,
    wanted: outboundProbes(site, inventory, machine.name),
    forbidden: forbiddenPairs(site, inventory, machine.name),
  }));
  const ports = new Map<string, Set<number>>();
  for (const { address, port } of probes.flatMap(({ wanted }) => wanted)) {
    const known = ports.get(address) ?? new Set();
    ports.set(address, known.add(port));
  }
  return probes.map((probe) => ({
    ...probe,
    listen: [...(ports.get(probe.machine.address) ?? [])].sort((a, b) => a - b),
  }));
}

function assignmentFor(assignments: readonly Assignment[], machine: Machine): Assignment {
  const found = assignments.find((assignment) => assignment.machine === machine);
  if (found === undefined) throw new Error(`${machine.name} has no probes`);
  return found;
}

function stampOf({ wanted, forbidden }: Assignment): string {
  const pairs: Json = [wanted, forbidden].map((list) =>
    list.map(({ address, port }) => `${address}:${port}`).sort(),
  );
  return createHash('sha256').update(JSON.stringify(pairs)).digest('hex');
}
