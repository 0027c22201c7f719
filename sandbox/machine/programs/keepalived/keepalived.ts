import type { SimulatedMachine } from '../../machine.js';
import { runShell } from '../../shell.js';
import type { Program, RunningProgram } from '../program.js';
import { readConfiguration, type Vrrp } from './configuration.js';

export const configurationFile = '/etc/keepalived/keepalived.conf';

/** keepalived, as its unit starts it. */
export const keepalived: Program = { unit: 'keepalived.service', start: startKeepalived };

/** @throws Error as `keepalived -t` would say it */
export async function checkedConfiguration(machine: SimulatedMachine, file: string): Promise<Vrrp> {
  const text = await machine.files.text(file);
  if (text === undefined) throw new Error(`Unable to find config file ${file} (glob returned no match)`);
  const include = /^includer (\S+)$/m.exec(text)?.[1];
  const definitions = include === undefined ? undefined : await machine.files.text(include);
  return readConfiguration(text, () => definitions);
}

/** One advertisement; priority 0 says that its sender stops. */
export type Advertisement = { routerId: number; priority: number; source: string };

/** As often as a script that changes nothing is asked anyway; written are seconds, which would be most of the work here. */
const stableCheckMs = 5_000;

type State = 'fault' | 'backup' | 'master';

async function startKeepalived(machine: SimulatedMachine): Promise<RunningProgram> {
  const { network } = machine.surroundings;
  let vrrp = await checkedConfiguration(machine, configurationFile);
  let state: State = 'fault';
  let [good, inARow, stopped, asking, askAgain] = [false, 0, false, false, false];
  let [masterDown, advertising, checking]: (NodeJS.Timeout | undefined)[] = [];

  const skewMs = (): number => ((256 - vrrp.priority) / 256) * vrrp.advertSeconds * 1_000;
  const advertise = (priority: number): void => {
    for (const peer of vrrp.peers)
      network.advertise(machine.address, peer, { routerId: vrrp.routerId, priority, source: vrrp.source });
  };
  const awaitMaster = (ms: number): void => {
    clearTimeout(masterDown);
    masterDown = setTimeout(() => enter('master'), ms).unref();
  };
  const waitMs = (): number => 3 * vrrp.advertSeconds * 1_000 + skewMs();

  const enter = (next: State, tellOthers = true): void => {
    if (stopped || next === state) return;
    const before = state;
    state = next;
    clearTimeout(masterDown);
    clearInterval(advertising);
    if (before === 'master') {
      if (tellOthers && next === 'fault') advertise(0);
      give();
    }
    if (next === 'backup') awaitMaster(waitMs());
    if (next === 'master') {
      for (const address of vrrp.addresses) machine.take(address);
      advertise(vrrp.priority);
      advertising = setInterval(() => advertise(vrrp.priority), vrrp.advertSeconds * 1_000).unref();
    }
  };
  const give = (): void => {
    for (const address of vrrp.addresses) machine.giveUp(address);
  };

  const receive = ({ routerId, priority, source }: Advertisement): void => {
    if (routerId !== vrrp.routerId || !vrrp.peers.includes(source)) return;
    if (state === 'backup') {
      if (priority === 0) awaitMaster(skewMs());
      else if (priority >= vrrp.priority) awaitMaster(waitMs());
    }
    if (state === 'master' && priority > vrrp.priority) enter('backup');
    if (state === 'master' && priority === 0) advertise(vrrp.priority);
  };

  const check = async (): Promise<void> => {
    askAgain = asking;
    if (asking) return;
    asking = true;
    clearTimeout(checking);
    const { script } = vrrp;
    const result = await checkResult(machine, script.path);
    asking = false;
    if (stopped) return;
    inARow = result === good ? 0 : inARow + 1;
    if (inARow >= (good ? script.fall : script.rise)) {
      [good, inARow] = [result, 0];
      enter(good ? 'backup' : 'fault');
    }
    if (askAgain) return void check();
    const nextMs = inARow > 0 ? script.intervalSeconds * 1_000 : stableCheckMs;
    checking = setTimeout(() => void check(), nextMs).unref();
  };

  const detach = network.listenVrrp(machine, receive);
  const unwatch = machine.onChange((what) => (what === 'haproxy' ? void check() : undefined));
  void check();
  return {
    reload: async () => {
      const next = await checkedConfiguration(machine, configurationFile);
      if (state === 'master')
        for (const gone of vrrp.addresses) if (!next.addresses.includes(gone)) machine.giveUp(gone);
      vrrp = next;
      if (state === 'master') for (const address of vrrp.addresses) machine.take(address);
    },
    stop: (clean) => {
      if (clean && state === 'master') advertise(0);
      stopped = true;
      for (const timer of [masterDown, checking]) clearTimeout(timer);
      clearInterval(advertising);
      detach();
      unwatch();
      if (state === 'master') give();
    },
    sockets: () => [],
  };
}

/** A script that others could write to is not run: enable_script_security. */
async function checkResult(machine: SimulatedMachine, path: string): Promise<boolean> {
  if (!(await machine.files.exists(path))) return false;
  const { mode } = await machine.files.stat(path);
  if ((mode & 0o100) === 0 || (mode & 0o022) !== 0) return false;
  return (await runShell(machine, 'root', `sh ${path}`, '')).exitCode === 0;
}
