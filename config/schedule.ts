import type { Plan, PlanPhase, PlanRole, PlanStep } from './plan-types.js';
import type { Site } from './site.js';

/** Milliseconds that one step takes on one target. */
export type StepDuration = (role: string, step: string, target: string) => number;

/** One activity of a role: the targets of a stretch of steps go through it at their own pace, barriers lie between. */
type Stretch = { steps: PlanStep[]; targets: string[]; oneByOne: boolean };

/** Counts what is at work under a cap; waiting work enters in the order it came. */
type Cap = { free: number; queue: (() => void)[] };

/**
 * How long a plan takes when nothing but its own order, barriers and caps holds it up, gates left out: the length of
 * the list schedule (Graham 1969) of its steps. The yardstick for the wall time of a run.
 * @param cloneSlots clones that the hypervisor's workers run at once; fewer when the site file allows fewer.
 * @returns milliseconds.
 */
export function scheduleLength(plan: Plan, duration: StepDuration, cloneSlots: number): number {
  return plan.phases.reduce((total, phase) => total + phaseLength(plan, phase, duration, cloneSlots), 0);
}

function phaseLength(plan: Plan, phase: PlanPhase, duration: StepDuration, cloneSlots: number): number {
  const events: { at: number; run: () => void }[] = [];
  let now = 0;
  const clones: Cap = { free: Math.min(cloneSlots, clonesAllowed(plan.site)), queue: [] };
  const waiting = new Map<string, (() => void)[]>();
  const done = new Set<string>();
  const work = (ms: number, then: () => void): void => {
    events.push({ at: now + ms, run: then });
  };
  const startRole = (role: PlanRole): void =>
    runStretches(
      stretchesOf(plan, role),
      (step, target, finished) => {
        const cap = step.queue === 'hypervisor' ? clones : undefined;
        enter(cap, () => work(duration(role.name, step.id, target), () => leave(cap, finished)));
      },
      () => {
        done.add(role.name);
        for (const resume of waiting.get(role.name) ?? []) resume();
      },
    );
  const roles = phase.roles.filter((role) => role.available);
  for (const role of roles)
    awaitNeeds(
      role.needs.filter((need) => roles.some(({ name }) => name === need)),
      done,
      waiting,
      () => startRole(role),
    );
  while (events.length > 0) {
    const next = events.reduce((first, event) => (event.at < first.at ? event : first));
    events.splice(events.indexOf(next), 1);
    now = next.at;
    next.run();
  }
  return now;
}

function clonesAllowed({ hypervisor }: Site): number {
  return hypervisor.kind === 'existing' ? Infinity : hypervisor.concurrentClones;
}

function awaitNeeds(
  needs: readonly string[],
  done: ReadonlySet<string>,
  waiting: Map<string, (() => void)[]>,
  start: () => void,
): void {
  const open = needs.find((need) => !done.has(need));
  if (open === undefined) return start();
  waiting.set(open, [...(waiting.get(open) ?? []), () => awaitNeeds(needs, done, waiting, start)]);
}

type RunOne = (step: PlanStep, target: string, finished: () => void) => void;

function runStretches(stretches: readonly Stretch[], runOne: RunOne, finished: () => void): void {
  const [stretch, ...rest] = stretches;
  if (!stretch) return finished();
  let open = stretch.targets.length;
  const targetDone = (): void => {
    open -= 1;
    if (open === 0) runStretches(rest, runOne, finished);
  };
  if (open === 0) return runStretches(rest, runOne, finished);
  const caps = stretch.steps.map((step): Cap | undefined => {
    if (stretch.oneByOne) return { free: 1, queue: [] };
    return step.parallel === undefined ? undefined : { free: step.parallel, queue: [] };
  });
  const advance = (target: string, index: number): void => {
    const step = stretch.steps[index];
    if (!step) return targetDone();
    enter(caps[index], () =>
      runOne(step, target, () => leave(caps[index], () => advance(target, index + 1))),
    );
  };
  for (const target of stretch.targets) advance(target, 0);
}

function enter(cap: Cap | undefined, begin: () => void): void {
  if (!cap) return begin();
  if (cap.free === 0) return void cap.queue.push(begin);
  cap.free -= 1;
  begin();
}

function leave(cap: Cap | undefined, then: () => void): void {
  const next = cap?.queue.shift();
  if (next) next();
  else if (cap) cap.free += 1;
  then();
}

function stretchesOf(plan: Plan, role: PlanRole): Stretch[] {
  const targets =
    role.onlyTarget === undefined
      ? role.groups.flatMap((group) =>
          plan.machines.filter((machine) => machine.group === group).map(({ name }) => name),
        )
      : [role.onlyTarget];
  const stretches: Stretch[] = [];
  for (const step of role.steps) {
    const last = stretches.at(-1);
    const flowing = step.on === 'each' && !step.rolling;
    if (flowing && last && !last.oneByOne && last.steps[0]?.on === 'each') last.steps.push(step);
    else
      stretches.push({
        steps: [step],
        targets: placed(step, targets, plan.site.name),
        oneByOne: step.rolling === true,
      });
  }
  return stretches;
}

function placed(step: PlanStep, targets: readonly string[], site: string): string[] {
  if (step.on === 'site') return [site];
  if (step.on === 'first') return targets.slice(0, 1);
  return step.on === 'rest' ? targets.slice(1) : [...targets];
}
