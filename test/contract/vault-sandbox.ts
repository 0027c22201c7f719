import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { serverConfiguration } from '../../activities/roles/3-base-infrastructure/vault/server-configuration.js';
import {
  paths,
  vaultAccount,
  vaultUnitName,
  type ServerSettings,
} from '../../activities/roles/3-base-infrastructure/vault/server-settings.js';
import { vaultUnit } from '../../activities/roles/3-base-infrastructure/vault/unit.js';
import { createFaults, type FaultBook } from '../../sandbox/faults.js';
import { openJournal } from '../../sandbox/journal.js';
import { SimulatedMachine, type Surroundings } from '../../sandbox/machine/machine.js';
import { createNetwork } from '../../sandbox/machine/network.js';
import { createMachines } from '../../sandbox/machine/runtime.js';
import type { Hardware, Journal } from '../../sandbox/runtime.js';
import { simulatedProgram } from '../../sandbox/store.js';
import { createWaits } from '../../sandbox/waits.js';
import type { Runner } from './vault-targets.js';

export type SimulatedVault = {
  runner: Runner;
  journal: Journal;
  /** Pulls the cable of the machine at an address, and puts it back. */
  unplug: (address: string) => void;
  plug: (address: string) => void;
  stateFolder: string;
  faults: FaultBook;
  /** The machine at an address, while it is on. */
  machineAt: (address: string) => SimulatedMachine;
  close: () => Promise<void>;
};

/** Simulated machines that boot with the role's own unit and configuration, and lose their power when they are killed. */
export function simulatedVault(): SimulatedVault {
  const stateFolder = mkdtempSync(join(tmpdir(), 'socle-vault-machines-'));
  const faults = createFaults();
  const surroundings: Surroundings = {
    journal: openJournal(join(stateFolder, 'journal.jsonl')),
    faults,
    waits: createWaits('none', 1),
    network: createNetwork([]),
    stateFolder,
  };
  const machines = createMachines(surroundings);
  const machineAt = (address: string): SimulatedMachine => {
    const found = machines.powered().find((machine) => machine.address === address);
    if (!found) throw new Error(`no machine is on at ${address}`);
    return found;
  };
  const runner: Runner = {
    folder: async () => ({ path: '/srv', remove: async () => undefined }),
    machine: async (settings, files, environment) => {
      const hardware = hardwareOf(settings);
      /** The machine's disk, while the machine is off. */
      const onDisk = async (work: (machine: SimulatedMachine) => Promise<void>): Promise<void> => {
        const machine = await SimulatedMachine.open(hardware, surroundings);
        await work(machine);
        await machine.persist();
      };
      await onDisk((machine) => install(machine, settings, files, environment));
      return {
        start: async () => {
          await machines.powerOn(hardware);
          await listens(settings, () => machines.powered().find(({ hardware: own }) => own === hardware));
        },
        kill: () => machines.powerOff(hardware.instanceUuid),
        empty: () =>
          onDisk(async (machine) => {
            await machine.files.rm(settings.storage, { recursive: true });
            await machine.files.mkdir(settings.storage);
          }),
        // With what the sandbox put aside, for it keeps logs short.
        read: async (path) => {
          const { files: disk } = machineAt(settings.address);
          return ((await disk.text(`${path}.1`)) ?? '') + ((await disk.text(path)) ?? '');
        },
      };
    },
  };
  return {
    runner,
    journal: surroundings.journal,
    stateFolder,
    faults,
    unplug: (address) => machines.unplug(machineAt(address).hardware.instanceUuid),
    plug: (address) => machines.plug(machineAt(address).hardware.instanceUuid),
    machineAt,
    close: async () => {
      await machines.close();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}

async function install(
  machine: SimulatedMachine,
  settings: ServerSettings,
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const all = {
    ...files,
    [paths.program]: simulatedProgram('vault', '1.21.1'),
    [paths.configuration]: serverConfiguration(settings),
    [paths.environment]: Object.entries(environment)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    [paths.unit]: vaultUnit(),
  };
  for (const [path, content] of Object.entries(all)) {
    await machine.files.mkdir(dirname(path), { recursive: true });
    await machine.files.writeFile(path, content);
  }
  await machine.files.mkdir(settings.storage, { recursive: true });
  await machine.files.appendFile(
    '/etc/passwd',
    `${vaultAccount}:x:990:990::${paths.data}:/usr/sbin/nologin\n`,
  );
  machine.enabled.add(vaultUnitName);
}

function hardwareOf({ nodeId, address }: ServerSettings): Hardware {
  const instanceUuid = randomUUID();
  const network = { version: 2, ethernets: { eth0: { addresses: [`${address}/24`] } } };
  const metadata = { 'instance-id': instanceUuid, 'local-hostname': nodeId, network };
  // A port that any account may open: nothing here logs in.
  const write_files = [{ path: '/etc/ssh/sshd_config.d/port.conf', content: 'Port 2222\n' }];
  return {
    instanceUuid,
    name: nodeId,
    vcpu: 2,
    memoryMiB: 2048,
    disksGiB: [20],
    network: 'test',
    macAddress: '00:50:56:00:00:01',
    guestInfo: {
      'guestinfo.metadata': JSON.stringify(metadata),
      'guestinfo.userdata': `#cloud-config\n${JSON.stringify({ users: [], write_files })}`,
    },
  };
}

/** @throws Error with what the machine's console says */
async function listens(
  { address, apiPort }: ServerSettings,
  machine: () => SimulatedMachine | undefined,
): Promise<void> {
  const connects = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(apiPort, address)
        .on('connect', () => {
          socket.destroy();
          resolve(true);
        })
        .on('error', () => resolve(false));
    });
  const end = Date.now() + 20_000;
  while (!(await connects())) {
    if (Date.now() > end)
      throw new Error(`Vault at ${address} does not listen: ${machine()?.console.join('\n') ?? 'it is off'}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
