import type { Machine } from '../../../../config/machine.js';
import { CheckFailedError } from '../../../errors.js';
import { hostOf } from '../../../host/host-of.js';
import { quote } from '../../../host/quote.js';
import { done, todo, type Step, type StepContext } from '../../../role.js';
import { awaitHolder } from './holder.js';

/** Names the run that proved it last. */
const mark = '/var/lib/socle/failover';
const takesOverWithinMs = 30_000;

/**
 * Takes the addresses from a machine that holds them, as a stopped keepalived does, and lets it have them back. Asked
 * for one machine after the other, so that no pair is without its second while the first is away.
 */
export const failover: Step = {
  id: 'failover',
  title: 'addresses to the other machine and back',
  on: 'each',
  profile: 'wait',
  rolling: true,
  check: async (context) => {
    const proven = await onMachine(context, `cat ${mark} 2>/dev/null || :\n`, 'read the last proof');
    return proven.trim() === context.runId ? done : todo('not proven in this run');
  },
  apply: async (context) => {
    const { machine, machines } = context;
    const pair = machines.filter(({ group }) => group === machine.group);
    const other = pair.find(({ name }) => name !== machine.name);
    // An attempt that was lost may have left it stopped.
    await keepalived(context, 'start');
    const holder = await awaitHolder(context, pair, undefined, takesOverWithinMs);
    if ('wrong' in holder)
      throw new CheckFailedError('the pair is not well, nothing was moved', [holder.wrong]);
    const moved =
      holder.machine.name === machine.name && other ? await move(context, pair, other) : 'holds none';
    await onMachine(
      context,
      `mkdir -p /var/lib/socle && printf %s ${quote(context.runId)} >${mark}\n`,
      'note the proof',
    );
    return [`${machine.name}: ${moved}`];
  },
};

async function move(context: StepContext, pair: readonly Machine[], other: Machine): Promise<string> {
  const { machine } = context;
  const startedAt = Date.now();
  try {
    await keepalived(context, 'stop');
    await heldBy(context, pair, other);
  } finally {
    await keepalived({ ...context, signal: new AbortController().signal }, 'start');
  }
  const awayAfter = seconds(startedAt);
  const backFrom = Date.now();
  // Where both are well the addresses go to the first of the pair.
  const preferred = pair[0]?.name === machine.name ? machine : other;
  await heldBy(context, pair, preferred);
  return `to ${other.name} in ${awayAfter} s, ${preferred.name === machine.name ? `back in ${seconds(backFrom)} s` : 'where they stay'}`;
}

async function heldBy(context: StepContext, pair: readonly Machine[], wanted: Machine): Promise<void> {
  const holder = await awaitHolder(context, pair, wanted, takesOverWithinMs);
  if ('machine' in holder && holder.machine.name === wanted.name) return;
  const seen = 'machine' in holder ? `${holder.machine.name} holds them` : holder.wrong;
  throw new CheckFailedError(`${wanted.name} did not take the addresses over`, [seen]);
}

async function keepalived(context: StepContext, verb: 'start' | 'stop'): Promise<void> {
  await onMachine(context, `systemctl ${verb} keepalived.service\n`, `${verb} keepalived`);
}

async function onMachine(context: StepContext, script: string, label: string): Promise<string> {
  const { machine, signal } = context;
  return (await (await hostOf(context, machine)).run(script, { signal, label })).stdout;
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}
