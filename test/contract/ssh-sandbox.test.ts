import { hostTarget } from '../../activities/host/host-target.js';
import { MachinesUnderTest } from './sandbox-machines.js';
import { sshContract, type ContractServer } from './ssh-contract.js';

async function sandboxServer(): Promise<ContractServer> {
  const under = await MachinesUnderTest.boot(['monitoring-1']);
  const [machine] = under.plan.machines;
  const simulated = under.machines.powered()[0]!;
  return {
    target: await hostTarget(under.plan.site, machine!, under.secrets, 'bootstrap'),
    otherHostKey: under.secrets.hostKey('vault-2', 1).publicKey,
    otherPrivateKey: under.secrets.operatorKey(99).privateKey,
    streams: false,
    logins: async () => simulated.logins,
    cutConnections: async () => under.machines.cutConnections(machine!.instanceUuid),
    close: () => under.close(),
  };
}

sshContract('the sandbox', sandboxServer);
