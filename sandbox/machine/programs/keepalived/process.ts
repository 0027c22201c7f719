import type { SimulatedMachine } from '../../machine.js';
import type { Program } from '../program.js';
import { giveAddressUp } from './addresses.js';
import { distrust, startCheck, type RunningCheck } from './check.js';
import type { CheckScript, VirtualRouter } from './configuration.js';
import { readKeepalived } from './parser.js';
import { startRouter, type RunningRouter } from './virtual-router.js';

const file = '/etc/keepalived/keepalived.conf';

/** keepalived.service of Debian. */
export const keepalived: Program = {
  // ConditionFileNotEmpty of its unit.
  wanted: async (machine) => ((await machine.files.text(file)) ?? '') !== '',
  start: async (machine) => {
    let instances = startInstances(machine, await usable(machine));
    machine.onAdvertisement = (packet) => instances.routers.forEach((router) => router.receive(packet));
    const end = (how: 'stop' | 'kill'): void => {
      instances.end(how);
      machine.onAdvertisement = undefined;
    };
    return {
      reload: async () => {
        const next = await usable(machine);
        const before = instances;
        instances = startInstances(machine, next, before);
        before.end('kill');
        const wanted = next.routers.flatMap((router) => router.addresses.map(({ address }) => address));
        for (const address of [...machine.heldAddresses.keys()])
          if (!wanted.includes(address)) giveAddressUp(machine, address);
      },
      stop: () => end('stop'),
      kill: () => end('kill'),
      listeners: () => [],
      changed: () => instances.changed(),
    };
  },
};

type Usable = { routers: VirtualRouter[]; scripts: CheckScript[] };

/** What the file asks for, without the scripts that are not to be trusted. @throws Error in keepalived's words. */
async function usable(machine: SimulatedMachine): Promise<Usable> {
  const { routers, scripts, scriptSecurity } = await readKeepalived(machine, file);
  for (const { source, name } of routers)
    if (source !== machine.address)
      throw new Error(`(${name}): entering FAULT state (src address ${source} not configured)`);
  const trusted: CheckScript[] = [];
  for (const script of scripts) {
    const reason = scriptSecurity ? await distrust(machine, script.path) : undefined;
    if (reason === undefined) trusted.push(script);
    else machine.say(`Keepalived_vrrp: Disabling track script ${script.name} due to ${reason}`);
  }
  return { routers, scripts: trusted };
}

type Instances = {
  routers: RunningRouter[];
  isMaster: (name: string) => boolean;
  isGood: (script: string) => boolean;
  changed: () => void;
  end: (how: 'stop' | 'kill') => void;
};

/** @param before what a reload takes over from: who was master stays it */
function startInstances(
  machine: SimulatedMachine,
  { routers, scripts }: Usable,
  before?: Instances,
): Instances {
  const checks = new Map<string, RunningCheck>();
  const started = routers.map((router) => ({
    router,
    running: startRouter(machine, router, before?.isMaster(router.name) === true),
  }));
  const settle = (): void => {
    const isPlugged = machine.surroundings.network.isAttached(machine);
    for (const { router, running } of started)
      running.allow(isPlugged && router.scripts.every((name) => checks.get(name)?.isGood() ?? true));
  };
  for (const script of scripts)
    checks.set(script.name, startCheck(machine, script, settle, before?.isGood(script.name) === true));
  settle();
  return {
    routers: started.map(({ running }) => running),
    isMaster: (name) => started.some(({ router, running }) => router.name === name && running.isMaster()),
    isGood: (script) => checks.get(script)?.isGood() === true,
    changed: () => {
      settle();
      for (const check of checks.values()) check.runSoon();
    },
    end: (how) => {
      for (const check of checks.values()) check.stop();
      for (const { running } of started) running[how]();
    },
  };
}
