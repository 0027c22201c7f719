import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from './access.js';
import { differences, untilStarted, workOfMachines, type Reached } from './machines.js';
import { runNames, type Peer, type RunName } from './peer.js';

export type Sample = { round: number; peer: Peer['name']; run: RunName; seconds: number; changes?: number };

export type Field = {
  folder: string;
  access: Access;
  reached: readonly Reached[];
  prefix: readonly string[];
  /** Puts the machines back to their first boot. */
  reset: () => Promise<void>;
  say: (line: string) => void;
};

/** After a start, services go on for a moment. */
const settleMs = 3_000;

/**
 * Measures every engine on the same machines, one after the other, each from the state after phase 1, in rounds whose
 * order turns. An engine whose run failed, or left the machines in another state than Socle wants, is out of it.
 * @returns what was refused, and why
 */
export async function measure(
  field: Field,
  peers: readonly Peer[],
  rounds: number,
  onSample: (sample: Sample) => Promise<void>,
): Promise<string[]> {
  const refused = new Map<Peer, string>();
  for (let round = 1; round <= rounds; round += 1) {
    const turned = peers.map((_, index) => peers[(index + round - 1) % peers.length]!);
    for (const peer of turned.filter((each) => !refused.has(each)))
      await measureOne(field, peer, round, onSample).catch((error: unknown) => {
        refused.set(peer, (error as Error).message);
        field.say(`refused: ${(error as Error).message}`);
      });
  }
  return [...refused.values()];
}

async function measureOne(
  { folder, access, reached, prefix, reset, say }: Field,
  peer: Peer,
  round: number,
  onSample: (sample: Sample) => Promise<void>,
): Promise<void> {
  const own = join(folder, `${reached.length}-${round}-${peer.name}`);
  const prepared = await peer.prepare({ folder: own, access, works: workOfMachines(reached), prefix });
  await reset();
  await untilStarted(reached);
  await sleep(settleMs);
  for (const run of runNames) {
    const { seconds, code, output } = await prepared.run(run);
    if (code !== 0)
      throw new Error(`${peer.name}, ${run} run, ended with code ${code}:\n${output.slice(-6000)}`);
    const wrong = run === 'first' ? await differences(reached) : [];
    if (wrong.length > 0)
      throw new Error(
        `${peer.name} left another state, so its time counts for nothing:\n${wrong.join('\n')}`,
      );
    const changes = prepared.changes(output);
    say(
      `${reached.length} machines, round ${round}, ${peer.name}, ${run} run: ${seconds.toFixed(2)} s, ${changes ?? '?'} changes`,
    );
    await onSample({ round, peer: peer.name, run, seconds, ...(changes !== undefined && { changes }) });
  }
}
