import { afterEach, expect, test } from 'vitest';
import type { RunView } from '../../client/run/view.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { buildOnce, StackUnderTest } from '../end-to-end/stack.js';

const file = 'examples/site-100.yaml';
const seed = Number(process.env['SOCLE_CHAOS_SEED'] ?? 1);
/** Kills in one run; SOCLE_CHAOS_KILLS asks for more. */
const workerKills = Number(process.env['SOCLE_CHAOS_KILLS'] ?? 6);
const serverKills = Math.ceil(workerKills / 4);

let stack: StackUnderTest | undefined;
afterEach(() => stack?.stop());

test(`a run survives ${workerKills} killed workers and ${serverKills} killed servers, each machine made once (seed ${seed})`, async () => {
  buildOnce();
  const random = mulberry32(seed);
  // Long enough a run for every kill to fall into it.
  stack = await StackUnderTest.start(workerKills > 10 ? 'realistic' : 'short');
  const site = await loadSite(file);
  expect((await stack.socle('deploy', file, '--yes', '--detach', '--on-failure', 'wait')).code).toBe(0);
  const victims = [
    ...Array.from({ length: workerKills }, () => 'worker' as const),
    ...Array.from({ length: serverKills }, () => 'temporal' as const),
  ];
  const killed: string[] = [];
  for (const victim of shuffled(victims, random)) {
    await new Promise((resolve) => setTimeout(resolve, 1_000 + random() * 5_000));
    if ((await statusOf(stack)) !== 'RUNNING') break;
    const { pids } = await stack.note();
    process.kill(pids[victim], 'SIGKILL');
    killed.push(victim);
    await stack.until(async () => (await stack!.note()).pids[victim] !== pids[victim], 30_000);
  }
  // A run that ends before the last kill proves less than the test's name says.
  expect(killed).toHaveLength(victims.length);
  await stack.until(async () => (await statusOf(stack!)) !== 'RUNNING', 900_000);
  const view = JSON.parse((await stack.socle('status', site.name, '--json')).stdout) as RunView;
  expect(view.status, JSON.stringify(view.progress?.phases, null, 1)).toBe('COMPLETED');
  const created = (await stack.journal())
    .filter(({ effect }) => effect === 'clone')
    .map(({ subject }) => subject);
  expect(created.sort()).toEqual(
    computeInventory(site)
      .machines.map(({ name }) => name)
      .sort(),
  );
  const users = (await stack.journal())
    .filter(({ effect }) => effect === 'user-added')
    .map(({ subject, detail }) => `${subject} ${String(detail?.['name'])}`);
  expect(users.filter((user, index) => users.indexOf(user) !== index)).toEqual([]);
  expect((await stack.socle('deploy', file, '--yes')).stdout).toContain(
    '0 changes. Everything is as the plan says',
  );
});

/** The run's status, or `RUNNING` while the server is away. */
async function statusOf(of: StackUnderTest): Promise<string> {
  const ran = await of.socle('status', 'demo-100', '--json');
  return ran.stdout.startsWith('{') ? (JSON.parse(ran.stdout) as RunView).status : 'RUNNING';
}

function mulberry32(seedValue: number): () => number {
  let state = seedValue >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
