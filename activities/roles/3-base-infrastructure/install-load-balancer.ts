import { certificateStep } from '../../certificates/certificate-step.js';
import { certificatesLook } from '../../certificates/certificates-operation.js';
import { chainPreflight } from '../../certificates/chain-preflight.js';
import { hostStep } from '../../host/host-step.js';
import { defineRole } from '../../role.js';
import { statisticsPort } from './load-balancer/haproxy.js';
import { failover } from './load-balancer/failover.js';
import { heldAddresses } from './load-balancer/held-addresses.js';
import { LoadBalancerInputs } from './load-balancer/inputs.js';
import { removed } from './load-balancer/remove.js';
import { pairGroups } from './load-balancer/routes.js';
import { loadBalancerPackages, loadBalancerState, statisticsCertificate } from './load-balancer/state.js';
import { verifyLoadBalancer } from './load-balancer/verify.js';
import { virtualAddressesFree } from './load-balancer/virtual-addresses-free.js';

/** Three pairs of HAProxy and keepalived, which hold the virtual addresses and pass connections on to who serves them. */
export const installLoadBalancer = defineRole({
  name: 'install-load-balancer',
  title: 'Load balancers',
  groups: pairGroups,
  needs: ['prepare-vms'],
  inputs: LoadBalancerInputs,
  preflight: [chainPreflight, virtualAddressesFree],
  steps: [
    hostStep({
      id: 'packages',
      title: 'HAProxy and keepalived',
      profile: 'packages',
      timeoutMs: 40 * 60_000,
      resources: loadBalancerPackages,
    }),
    certificateStep({
      id: 'certificate',
      title: 'certificate of the statistics',
      certificate: statisticsCertificate,
      after: ['install-load-balancer.packages'],
    }),
    {
      ...hostStep({
        id: 'configuration',
        title: 'routes and virtual addresses',
        resources: loadBalancerState,
        rolling: true,
        ordered: true,
        after: ['install-load-balancer.packages', 'install-load-balancer.certificate'],
      }),
      order: spareFirst,
    },
  ],
  verify: verifyLoadBalancer,
  remove: [
    hostStep({
      id: 'undo',
      title: 'addresses, HAProxy and keepalived',
      profile: 'packages',
      rolling: true,
      resources: removed,
    }),
  ],
  operations: {
    certificates: certificatesLook(statisticsCertificate, statisticsPort),
    failover: {
      title: 'Prove that each address moves to the other machine of its pair, and comes back',
      steps: [failover],
    },
  },
});

/** What nobody's connections go through is changed first; of two that hold nothing yet, the one that is to hold nothing. */
async function spareFirst(context: Parameters<typeof heldAddresses>[0]): Promise<string[]> {
  const held = await heldAddresses(context, context.machines);
  return context.machines
    .map(({ name }, index) => ({ name, index, holds: held[index]?.length === 0 ? 0 : 1 }))
    .sort((a, b) => a.holds - b.holds || b.index - a.index)
    .map(({ name }) => name);
}
