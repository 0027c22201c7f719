import type { Hardware, MachineRuntime } from '../runtime.js';
import { boot } from './boot.js';
import { SimulatedMachine, type Surroundings } from './machine.js';
import { killUnit, resumePrograms } from './programs/supervise.js';
import { listenSsh, type SshServer } from './ssh-server.js';

type Powered = { machine: SimulatedMachine; ssh: SshServer | undefined; toolsRunning: boolean };

export type SimulatedMachines = MachineRuntime & {
  /** Machines that are on, for leftovers and consoles. */
  powered: () => SimulatedMachine[];
  /** Breaks the machine's open SSH connections. */
  cutConnections: (instanceUuid: string) => void;
  /** Pulls the machine's cable, or puts it back. */
  unplug: (instanceUuid: string) => void;
  plug: (instanceUuid: string) => void;
  /** Kills what a unit does; nothing starts it again. @throws Error when it does not run. */
  kill: (instanceUuid: string, unit: string) => Promise<void>;
  close: () => Promise<void>;
};

/** The machines behind the simulated hypervisors. What was on before the sandbox was killed comes back as it was. */
export function createMachines(surroundings: Surroundings): SimulatedMachines {
  const powered = new Map<string, Powered>();

  const switchOff = async (instanceUuid: string): Promise<void> => {
    const entry = powered.get(instanceUuid);
    if (!entry) return;
    powered.delete(instanceUuid);
    entry.machine.endPrograms();
    surroundings.network.detach(entry.machine);
    await entry.ssh?.close();
  };

  const on = (instanceUuid: string): Powered => {
    const entry = powered.get(instanceUuid);
    if (!entry) throw new Error(`${instanceUuid} is not on`);
    return entry;
  };

  const start = async (hardware: Hardware): Promise<void> => {
    const machine = await SimulatedMachine.open(hardware, surroundings);
    const entry: Powered = { machine, ssh: undefined, toolsRunning: false };
    powered.set(hardware.instanceUuid, entry);
    const wasRunning = machine.running.size > 0;
    const bootMs = wasRunning ? 0 : surroundings.waits.ms('boot');
    setTimeout(() => void comeUp(entry, wasRunning), bootMs);
  };

  const comeUp = async (entry: Powered, wasRunning: boolean): Promise<void> => {
    const { machine } = entry;
    if (powered.get(machine.hardware.instanceUuid) !== entry) return;
    entry.toolsRunning = true;
    try {
      if (!wasRunning) await boot(machine);
      if (machine.address === '') return;
      surroundings.network.attach(machine);
      entry.ssh = await listenSsh(machine);
      if (wasRunning) await resumePrograms(machine);
      if (powered.get(machine.hardware.instanceUuid) !== entry) await entry.ssh.close();
    } catch (error) {
      machine.say(`boot: ${(error as Error).message}`);
    }
  };

  return {
    powerOn: async (hardware) => {
      if (!powered.has(hardware.instanceUuid)) await start(hardware);
    },
    powerOff: async (instanceUuid) => {
      const machine = powered.get(instanceUuid)?.machine;
      await switchOff(instanceUuid);
      await machine?.switchOff();
    },
    destroy: async (instanceUuid) => {
      const machine = powered.get(instanceUuid)?.machine;
      await switchOff(instanceUuid);
      if (machine) machine.forget();
      else
        (
          await SimulatedMachine.open(
            {
              instanceUuid,
              name: '',
              vcpu: 0,
              memoryMiB: 0,
              disksGiB: [],
              network: '',
              macAddress: '',
              guestInfo: {},
            },
            surroundings,
          )
        ).forget();
    },
    guest: (instanceUuid) => {
      const entry = powered.get(instanceUuid);
      if (!entry) return undefined;
      return {
        toolsRunning: entry.toolsRunning,
        hostName: entry.machine.kernelHostName,
        addresses: entry.machine.address === '' ? [] : [entry.machine.address],
      };
    },
    powered: () => [...powered.values()].map(({ machine }) => machine),
    cutConnections: (instanceUuid) => powered.get(instanceUuid)?.ssh?.cut(),
    unplug: (instanceUuid) => {
      const { machine, ssh } = on(instanceUuid);
      surroundings.network.detach(machine);
      ssh?.cut();
    },
    plug: (instanceUuid) => surroundings.network.attach(on(instanceUuid).machine),
    kill: (instanceUuid, unit) => killUnit(on(instanceUuid).machine, unit),
    close: async () => {
      for (const uuid of [...powered.keys()]) await switchOff(uuid);
    },
  };
}
