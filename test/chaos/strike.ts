import { setTimeout as sleep } from 'node:timers/promises';
import type { DeployingClient } from './deploying-client.js';
import type { Ground, Part } from './place.js';
import type { Blow, Disturbance, Kind } from './schedule.js';

export type Scene = {
  ground: Ground;
  client: DeployingClient;
  /** Names of all machines of the site. */
  machines: readonly string[];
  /** Whether the deployment is over. */
  hasEnded: () => boolean;
};

/** A disturbance that struck: when, and when what it hit was there again. */
export type Struck = { kind: Kind; atMs: number; overMs: number; subject: string };

const backWithinMs = 60_000;
const onWithinMs = 600_000;

/**
 * Lets all of a blow strike, each `gapMs` after the one before it; ends when all is there again.
 * @returns what struck: less than the blow when the deployment was over first
 */
export async function strike(scene: Scene, blow: Blow): Promise<Struck[]> {
  const struck: Promise<Struck | undefined>[] = [];
  for (const disturbance of blow.disturbances) {
    await sleep(disturbance.gapMs);
    struck.push(strikeOne(scene, disturbance));
  }
  return (await Promise.all(struck)).filter((each) => each !== undefined);
}

async function strikeOne(scene: Scene, disturbance: Disturbance): Promise<Struck | undefined> {
  const { kind } = disturbance;
  const atMs = Date.now();
  const subject = await strikes[kind](scene, disturbance);
  return subject === undefined ? undefined : { kind, atMs, overMs: Date.now(), subject };
}

/** Each strikes, waits until what it hit is there again, and answers what that was; nothing when it came too late. */
const strikes: Record<Kind, (scene: Scene, disturbance: Disturbance) => Promise<string | undefined>> = {
  'worker killed': (scene) => kill(scene, 'worker'),
  'worker frozen': (scene, { durationMs }) => freeze(scene, 'worker', durationMs),
  'server killed': (scene) => kill(scene, 'temporal'),
  'server frozen': (scene, { durationMs }) => freeze(scene, 'temporal', durationMs),
  'sandbox killed': (scene) => kill(scene, 'sandbox'),
  'sandbox frozen': (scene, { durationMs }) => freeze(scene, 'sandbox', durationMs),
  'client killed': async ({ client }, { durationMs, comesBack }) => {
    await client.kill();
    await sleep(durationMs);
    client.comeBack(comesBack);
    return comesBack;
  },
  'machine cut off': (scene, disturbance) =>
    onMachine(scene, disturbance, (name) => scene.ground.disturb(name, 'cut')),
  'machine switched off': async (scene, disturbance) => {
    const { stack, disturb } = scene.ground;
    const name = await onMachine(scene, disturbance, (machine) => disturb(machine, 'power-off'));
    await sleep(disturbance.durationMs);
    await stack.until(() => disturb(name, 'power-on'), backWithinMs);
    return name;
  },
  'script reset': async (scene, disturbance) => {
    const { resetScript, stack } = scene.ground;
    const name = await onMachine(scene, disturbance, (machine) =>
      resetScript!.arm(machine, disturbance.durationMs),
    );
    await stack.until(async () => scene.hasEnded() || (await resetScript!.isOver(name)), onWithinMs);
    if (await resetScript!.isOver(name)) return name;
    await resetScript!.takeBack();
    return undefined;
  },
};

async function kill({ ground }: Scene, part: Part): Promise<string> {
  const pid = await signalled(ground, part, 'SIGKILL');
  await ground.stack.until(async () => (await ground.pidOf(part)) !== pid, backWithinMs);
  return part;
}

async function freeze({ ground }: Scene, part: Part, durationMs: number): Promise<string> {
  const pid = await signalled(ground, part, 'SIGSTOP');
  try {
    await sleep(durationMs);
  } finally {
    send(pid, 'SIGCONT');
  }
  return `${part} for ${durationMs} ms`;
}

/** Signals the part's process; one that the other disturbance of its blow has just killed is waited for to be started again. */
async function signalled({ pidOf, stack }: Ground, part: Part, signal: NodeJS.Signals): Promise<number> {
  let pid = 0;
  await stack.until(async () => {
    pid = await pidOf(part);
    return send(pid, signal);
  }, backWithinMs);
  return pid;
}

/** @returns whether there was such a process: the other disturbance of its blow may have killed it meanwhile */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

/** Strikes the machine that the seed names, as soon as it is on. */
async function onMachine(
  { ground, machines }: Scene,
  { machine }: Disturbance,
  act: (name: string) => Promise<boolean>,
): Promise<string> {
  const name = [...machines].sort()[Math.floor(machine * machines.length)]!;
  await ground.stack.until(async () => {
    const last = (await ground.journal.read()).findLast(
      ({ effect, subject }) => subject === name && /^(boot|power-off|destroy)$/.test(effect),
    );
    return last?.effect === 'boot';
  }, onWithinMs);
  await ground.stack.until(() => act(name), backWithinMs);
  return name;
}
