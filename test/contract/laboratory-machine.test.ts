import { describe } from 'vitest';
import { openHost } from '../../activities/clients/ssh/open-host.js';
import type { SshTarget } from '../../activities/clients/ssh/target.js';
import { hostTarget } from '../../activities/host/host-target.js';
import type { Role, StepContext } from '../../activities/role.js';
import { createSecrets } from '../../config/secrets.js';
import { breakConnections, insideMachine } from '../laboratory/inside-machine.js';
import { partOfSite } from '../laboratory/part-of-site.js';
import { preparationContract, type MachinesToPrepare } from './preparation-contract.js';
import { sshContract, type ContractServer } from './ssh-contract.js';

/**
 * The suites that the sandbox is held to, on a real machine of a laboratory after phase 1. They are run by
 * test/laboratory/preparation.test.ts, in the laboratory's network namespace.
 */
const [file, name] = [process.env['SOCLE_CONTRACT_SITE'] ?? '', process.env['SOCLE_CONTRACT_MACHINE'] ?? ''];

async function machineUnderTest() {
  const { plan } = await partOfSite(file, 'apply', [name], []);
  const secrets = createSecrets(plan.site, process.env);
  const machine = plan.machines[0]!;
  return { plan, secrets, machine, target: await hostTarget(plan.site, machine, secrets, 'bootstrap') };
}

async function server(viaJumpHost: (target: SshTarget) => SshTarget | undefined): Promise<ContractServer> {
  const { secrets, target } = await machineUnderTest();
  // A machine that has just been given back or started may still be busy.
  await openHost(target).execute('true');
  const through = viaJumpHost(target);
  return {
    target,
    otherHostKey: secrets.hostKey('vault-2', 99).publicKey,
    otherPrivateKey: secrets.operatorKey(99).privateKey,
    ...(through && { viaJumpHost: through }),
    logins: async () => {
      await insideMachine(name, 'journalctl', '--sync');
      const log = await insideMachine(name, 'journalctl', '--unit=ssh', '--output=cat', '--no-pager');
      return log.split('Accepted publickey').length - 1;
    },
    cutConnections: () => breakConnections(name, target.port),
    close: async () => undefined,
  };
}

async function machinesToPrepare(): Promise<MachinesToPrepare> {
  const { plan, secrets, machine } = await machineUnderTest();
  const context = (role: Role, target: string): StepContext => ({
    plan,
    site: plan.site,
    inputs: role.inputs.parse({}),
    target,
    machine,
    machines: plan.machines,
    secrets,
    runId: 'contract',
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  return { siteName: plan.site.name, names: [name], context, close: async () => undefined };
}

describe.runIf(file !== '')('a machine of the laboratory', () => {
  sshContract('a machine as its template made it', () =>
    server((target) => ({ ...target, name: 'behind itself', jumpHost: { ...target, name: 'jump' } })),
  );
  preparationContract('the machine', machinesToPrepare);
  // It forwards nothing any more.
  sshContract('the prepared machine', () => server(() => undefined));
});
