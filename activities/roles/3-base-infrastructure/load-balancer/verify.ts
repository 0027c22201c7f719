import { compareResources } from '../../../host/compare-resources.js';
import { hostOf } from '../../../host/host-of.js';
import { done, todo, type CheckResult, type StepContext } from '../../../role.js';
import { awaitHolder } from './holder.js';
import { pairRoutes, type PairGroup } from './routes.js';
import { loadBalancerPackages, loadBalancerState } from './state.js';

/** After three advertisements and a bit the other takes over; the script that asks HAProxy has counted to two by then. */
const settlesWithinMs = 15_000;

/** Everything as it was written and in force, one machine of the pair with every address, and each port served there. */
export async function verifyLoadBalancer(context: StepContext): Promise<CheckResult> {
  const wanted = [...loadBalancerPackages(), ...loadBalancerState(context)];
  const found = await compareResources(context, wanted);
  if (found.state !== 'done') return found;
  const pair = context.machines.filter(({ group }) => group === context.machine.group);
  const [preferred] = pair;
  const holder = await awaitHolder(context, pair, preferred, settlesWithinMs);
  if ('wrong' in holder)
    return todo('the virtual addresses are not on one machine', [
      `${holder.wrong}. See journalctl --unit keepalived there, and whether VRRP passes between the two`,
    ]);
  const { name } = context.machine;
  if (holder.machine.name === name) return served(context);
  if (name !== preferred?.name) return done;
  return todo(`${holder.machine.name} holds the virtual addresses, which ${name} should have taken back`, [
    `${name} does not hold them. See journalctl --unit keepalived there`,
  ]);
}

/** Asked on the holder itself: from elsewhere a firewall may rightly say no. */
async function served(context: StepContext): Promise<CheckResult> {
  const { site, plan, machine, signal } = context;
  const { frontends } = pairRoutes(site, plan, machine.group as PairGroup);
  const script = frontends
    .map(({ address, port }) => `nc -z -w 2 ${address} ${port} || echo ${address}:${port}\n`)
    .join('');
  const host = await hostOf(context, machine);
  const { stdout } = await host.run(script, { signal, label: 'ask each port' });
  const closed = stdout.split('\n').filter((line) => line !== '');
  return closed.length === 0
    ? done
    : todo(
        `${closed.length} ports are not served`,
        closed.map((port) => `${port} refuses`),
      );
}
