import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../../config/machine.js';
import { sourceProblems } from '../../artifacts/source-problems.js';
import { NotReadyError, SshCommandError } from '../../errors.js';
import type { Preflight, StepContext } from '../../role.js';
import { operatingSystemOf } from './os.js';

/** Nothing can be installed without the artefact source, and nothing exists yet that could serve it. */
const artifactSource: Preflight = {
  name: 'artifacts',
  title: 'the artefact source answers with the certificate authority that the site file names',
  kind: 'site',
  check: async (context) => {
    const { packages } = context.site.artifacts;
    return sourceProblems(context, {
      setting: 'artifacts.packages',
      url: packages,
      isThere: (status) => status < 500,
    });
  },
};

/** A machine that is just restarting, or a network that was away for a moment, is no reason to ask a person. */
const answersWithinMs = 30_000;
const askAgainMs = 2_000;

/** Reads only: login, root by sudo, and that the machine is what its template is said to be. */
const machines: Preflight = {
  name: 'machines',
  title: 'every machine lets Socle in and is of the operating system that the site file says',
  kind: 'role',
  check: async (context) => {
    const deadline = Date.now() + answersWithinMs;
    const findings = await Promise.all(
      context.machines.map((machine) => findingsOn(context, machine, deadline)),
    );
    return findings.flat();
  },
};

async function findingsOn(context: StepContext, machine: Machine, deadline: number): Promise<string[]> {
  const { site, signal, progress } = context;
  for (;;) {
    try {
      const found = await systemOf(context, machine);
      const { name } = operatingSystemOf(site, machine);
      return found.startsWith(name) ? [] : [`${machine.name} is ${found}, the site file says ${name}`];
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || Date.now() > deadline) return [(error as Error).message];
    }
    progress(`wait for ${machine.name}`);
    await sleep(askAgainMs, undefined, { signal });
  }
}

async function systemOf({ site, secrets, signal }: StepContext, machine: Machine): Promise<string> {
  const { openHost } = await import('../../clients/ssh/open-host.js');
  const { hostTarget } = await import('../../host/host-target.js');
  const host = openHost(await hostTarget(site, machine, secrets, 'bootstrap'));
  const script = '. /etc/os-release\necho "$ID-$VERSION_ID"\n';
  const { stdout } = await host.run(script, { signal, label: 'read /etc/os-release' });
  return stdout.trim();
}

/** No answer, a login refused as while a machine boots, or a connection that was cut. */
function isPassing(error: unknown): boolean {
  return error instanceof NotReadyError || (error instanceof SshCommandError && error.exitCode === undefined);
}

export const preparationPreflights: readonly Preflight[] = [artifactSource, machines];
