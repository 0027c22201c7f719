import type { SimulatedMachine } from '../../machine.js';
import { runUnrecorded } from '../../shell.js';
import { quoted } from '../../command.js';
import { isSettled, nextHealth } from '../health.js';
import type { CheckScript } from './configuration.js';

/** While nothing changes, scripts run less often than they ask for: to spare the processor. */
const calmSeconds = 5;

export type RunningCheck = { isGood: () => boolean; runSoon: () => void; stop: () => void };

/**
 * Runs a script now, whenever `runSoon` is called, and again after a while; `told` when its count turned.
 * @param wasGood what a keepalived that was reloaded knows of it
 */
export function startCheck(
  machine: SimulatedMachine,
  script: CheckScript,
  told: () => void,
  wasGood: boolean,
): RunningCheck {
  // The first result decides, as with keepalived.
  let health = wasGood ? script.rise + script.fall - 1 : script.rise - 1;
  let known = wasGood;
  let [running, again, stopped] = [false, false, false];
  let timer: NodeJS.Timeout | undefined;
  const isGood = (): boolean => health >= script.rise;

  const run = async (): Promise<void> => {
    [running, again] = [true, false];
    clearTimeout(timer);
    const signal = AbortSignal.timeout(script.timeoutSeconds * 1_000);
    const good = await succeeds(machine, script.path, signal);
    running = false;
    if (stopped) return;
    const before = isGood();
    health = nextHealth(health, good, script);
    if (before !== isGood() || !known) {
      machine.say(`Keepalived_vrrp: Script \`${script.name}\` ${isGood() ? 'succeeded' : 'failed'}`);
      known = true;
      told();
    }
    if (again) return void run();
    const pause = isSettled(health, script)
      ? Math.max(calmSeconds, script.intervalSeconds)
      : script.intervalSeconds;
    timer = setTimeout(() => void run(), pause * 1_000).unref();
  };
  void run();

  return {
    isGood,
    runSoon: () => {
      if (running) again = true;
      else if (!stopped) void run();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** A script that is late, or that the simulated shell cannot run, has failed; the console says which. */
async function succeeds(machine: SimulatedMachine, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await runUnrecorded(machine, `sh ${quoted(path)}`, signal)).exitCode === 0;
  } catch (error) {
    machine.say(`Keepalived_vrrp: ${path}: ${signal.aborted ? 'timed out' : (error as Error).message}`);
    return false;
  }
}

/** Why keepalived does not run a script under enable_script_security; undefined when it does. */
export async function distrust(machine: SimulatedMachine, path: string): Promise<string | undefined> {
  if (!(await machine.files.exists(path))) return 'not found/accessible';
  const { mode } = await machine.files.stat(path);
  if ((mode & 0o111) === 0) return 'not executable';
  return (mode & 0o022) !== 0 || machine.files.ownerOf(path).user !== 'root' ? 'insecure' : undefined;
}
