import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../../../config/machine.js';
import type { StepContext } from '../../../role.js';
import { heldAddresses } from './held-addresses.js';

const askAgainMs = 300;

/** Who holds the addresses of a pair: one machine all of them, or what is wrong. */
export type Holder = { machine: Machine } | { wrong: string };

/**
 * Waits until one machine holds every address of the pair and the other none.
 * @param wanted the machine that is to hold them; either when absent
 * @returns what it saw last, when the time is up
 */
export async function awaitHolder(
  context: StepContext,
  pair: readonly Machine[],
  wanted: Machine | undefined,
  withinMs: number,
): Promise<Holder> {
  const { signal, progress } = context;
  const end = Date.now() + withinMs;
  for (;;) {
    const holder = await holderOf(context, pair);
    const asWanted = 'machine' in holder && (wanted === undefined || holder.machine.name === wanted.name);
    if (asWanted || Date.now() > end) return holder;
    progress('wait for the virtual addresses');
    await sleep(askAgainMs, undefined, { signal });
  }
}

async function holderOf(context: StepContext, pair: readonly Machine[]): Promise<Holder> {
  const held = await heldAddresses(context, pair);
  const group = pair[0]?.group;
  const all = context.plan.virtualAddresses.filter((virtual) => virtual.group === group);
  const holder = pair.find((_, index) => held[index]?.length === all.length);
  const count = held.flat().length;
  if (holder && count === all.length) return { machine: holder };
  const seen = pair.map(({ name }, index) => `${name} holds ${held[index]?.join(' and ') || 'none'}`);
  return { wrong: seen.join(', ') };
}
