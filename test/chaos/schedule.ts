import { randomFrom, type Random } from './random.js';

export const kinds = [
  'worker killed',
  'worker frozen',
  'client killed',
  'server killed',
  'server frozen',
  'sandbox killed',
  'sandbox frozen',
  'machine cut off',
  'machine switched off',
  'script reset',
] as const;
export type Kind = (typeof kinds)[number];

/** The kinds of which DESIGN section 13 says that work goes on within 15 s, and that no step may park of. */
export const engineKinds: ReadonlySet<Kind> = new Set<Kind>([
  'worker killed',
  'client killed',
  'server killed',
  'server frozen',
]);

export type Disturbance = {
  kind: Kind;
  /** How long it is frozen, off or away; into the script for a reset; 0 for what is started again by its supervisor. */
  durationMs: number;
  /** Which of the site's machines, from 0 to below 1. */
  machine: number;
  /** How a killed client comes back. */
  comesBack: 'watch' | 'deploy';
  /** After the one before it in the same blow, which need not be over. */
  gapMs: number;
};

/** One or two disturbances at one instant: so far into the deployment, then so many milliseconds. */
export type Blow = { progress: number; delayMs: number; disturbances: Disturbance[] };

/** How many of which kind; what is left out does not strike. */
export type Counts = Partial<Record<Kind, number>>;

/** From the heartbeat timeout of 10 s on, a second attempt overlaps the frozen one. */
const durationsMs: Partial<Record<Kind, [number, number]>> = {
  'worker frozen': [1_000, 20_000],
  // Work goes on without it: longer, and the deployment is over before the blows that follow.
  'client killed': [0, 2_000],
  'server frozen': [1_000, 20_000],
  'sandbox frozen': [1_000, 20_000],
  'machine switched off': [500, 15_000],
  'script reset': [1, 60],
};

const shareOfPairs = 0.25;
/** Later the deployment might end before the blow falls: the last half takes ten seconds on the sandbox. */
const lastProgress = 0.5;
const lastDelayMs = 500;
/** Before that share no machine is on. */
const firstMachineProgress = 0.2;

/** Draws what strikes when: the same for the same seed and counts, whatever the computer is like. */
export function drawSchedule(seed: number, counts: Counts): Blow[] {
  const random = randomFrom(seed);
  const drawn = random.shuffled(
    kinds.flatMap((kind) => Array.from({ length: counts[kind] ?? 0 }, () => kind)),
  );
  const blows: Blow[] = [];
  while (drawn.length > 0) {
    const paired = drawn.length > 1 && random.next() < shareOfPairs;
    const struck = drawn.splice(0, paired ? 2 : 1);
    const onMachine = struck.some((kind) => /machine|script/.test(kind));
    blows.push({
      progress: random.between(onMachine ? firstMachineProgress : 0, lastProgress),
      delayMs: Math.round(random.between(0, lastDelayMs)),
      disturbances: struck.map((kind, index) => draw(random, kind, index)),
    });
  }
  return blows.sort((a, b) => a.progress - b.progress);
}

/** Counts of a run of `total` disturbances, each kind as often as the others. */
export function evenCounts(seed: number, total: number, of: readonly Kind[] = kinds): Counts {
  const order = randomFrom(seed + 0x9e37).shuffled(of);
  const counts: Counts = {};
  for (let index = 0; index < total; index += 1) {
    const kind = order[index % order.length]!;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function draw(random: Random, kind: Kind, index: number): Disturbance {
  const [low, high] = durationsMs[kind] ?? [0, 0];
  return {
    kind,
    durationMs: Math.round(random.between(low, high)),
    machine: random.next(),
    comesBack: random.pick(['watch', 'deploy']),
    // The second of a pair falls into the time in which the first is being got over.
    gapMs: index === 0 ? 0 : Math.round(random.between(0, 4_000)),
  };
}
