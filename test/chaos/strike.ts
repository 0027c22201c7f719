import { setTimeout as sleep } from 'node:timers/promises';
import type { StackUnderTest } from '../end-to-end/stack.js';
import type { DeployingClient } from './deploying-client.js';
import type { JournalTail } from './journal-tail.js';
import type { Blow, Disturbance, Kind } from './schedule.js';

export type Scene = {
  stack: StackUnderTest;
  client: DeployingClient;
  journal: JournalTail;
  /** Names of all machines of the site. */
  machines: readonly string[];
};

/** A disturbance that struck: when, and when what it hit was there again. */
export type Struck = { kind: Kind; atMs: number; overMs: number; subject: string };

const backWithinMs = 60_000;
const onWithinMs = 600_000;

/** Lets all of a blow strike, each `gapMs` after the one before it; ends when all is there again. */
export async function strike(scene: Scene, blow: Blow): Promise<Struck[]> {
  const struck: Promise<Struck>[] = [];
  for (const disturbance of blow.disturbances) {
    await sleep(disturbance.gapMs);
    struck.push(strikeOne(scene, disturbance));
  }
  return Promise.all(struck);
}

async function strikeOne(scene: Scene, disturbance: Disturbance): Promise<Struck> {
  const { kind } = disturbance;
  const atMs = Date.now();
  const subject = await strikes[kind](scene, disturbance);
  return { kind, atMs, overMs: Date.now(), subject };
}

/** Each strikes, waits until what it hit is there again, and answers what that was. */
const strikes: Record<Kind, (scene: Scene, disturbance: Disturbance) => Promise<string>> = {
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
    onMachine(scene, disturbance, (name) => scene.stack.disturb(name, 'cut')),
  'machine switched off': (scene, disturbance) =>
    onMachine(scene, disturbance, async (name) => {
      await scene.stack.disturb(name, 'power-off');
      await sleep(disturbance.durationMs);
      // Somebody else may have switched it on meanwhile.
      await scene.stack.disturb(name, 'power-on').catch((error: Error) => {
        if (!error.message.includes('poweredOn already')) throw error;
      });
    }),
  'script reset': (scene, disturbance) =>
    onMachine(scene, disturbance, (subject) =>
      scene.stack.arm({
        system: 'machine',
        operation: 'ssh.exec',
        subject,
        kind: 'reset',
        argument: disturbance.durationMs,
      }),
    ),
};

async function kill({ stack }: Scene, part: Part): Promise<string> {
  const pid = (await stack.note()).pids[part];
  process.kill(pid, 'SIGKILL');
  await stack.until(async () => (await stack.note()).pids[part] !== pid, backWithinMs);
  return part;
}

async function freeze({ stack }: Scene, part: Part, durationMs: number): Promise<string> {
  const pid = (await stack.note()).pids[part];
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(durationMs);
  } finally {
    thaw(pid);
  }
  return `${part} for ${durationMs} ms`;
}

/** The other disturbance of its blow may have killed it meanwhile. */
function thaw(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

type Part = 'worker' | 'temporal' | 'sandbox';

/** Strikes the machine that the seed names, as soon as it is on. */
async function onMachine(
  { stack, journal, machines }: Scene,
  { machine }: Disturbance,
  act: (name: string) => Promise<void>,
): Promise<string> {
  const name = [...machines].sort()[Math.floor(machine * machines.length)]!;
  await stack.until(async () => {
    const last = (await journal.read()).findLast(
      ({ effect, subject }) => subject === name && /^(boot|power-off|destroy)$/.test(effect),
    );
    return last?.effect === 'boot';
  }, onWithinMs);
  await stack.until(() => actOrAway(() => act(name)), backWithinMs);
  return name;
}

/** False while the sandbox is away and takes no orders. */
async function actOrAway(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    // What fetch throws when nobody listens.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
