import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { createFaults, type FaultBook } from '../../../sandbox/faults.js';
import { openJournal } from '../../../sandbox/journal.js';
import type { Ran } from '../../../sandbox/machine/command.js';
import type { SimulatedMachine } from '../../../sandbox/machine/machine.js';
import { freshKey } from '../../../sandbox/machine/fresh-key.js';
import { createNetwork, type ExternalService } from '../../../sandbox/machine/network.js';
import { createMachines, type SimulatedMachines } from '../../../sandbox/machine/runtime.js';
import { runShell } from '../../../sandbox/machine/shell.js';
import type { Effect, Hardware } from '../../../sandbox/runtime.js';
import { createWaits } from '../../../sandbox/waits.js';

export const sshPort = 2222;
export const hostKey = freshKey();
export const operatorKey = freshKey();

// What the sources of the base image name.
const mirror = { address: 'deb.debian.org', ports: [80], name: 'package mirror' };

// Loopback addresses of this process alone: other test files run beside this one.
const block = `127.${64 + ((process.pid >> 8) % 64)}.${process.pid & 255}`;
let handedOut = 0;

/** The cloud-init keys of a machine with the account `operator-1`, before they are encoded. */
export function firstBoot(name: string, address: string): { metadata: string; userdata: string } {
  const metadata = {
    'instance-id': `id-of-${name}`,
    'local-hostname': name,
    network: { version: 2, ethernets: { eth0: { addresses: [`${address}/24`] } } },
  };
  const user = { name: 'operator-1', shell: '/bin/bash', sudo: 'ALL=(ALL) NOPASSWD:ALL' };
  const userdata = {
    users: [{ ...user, ssh_authorized_keys: [operatorKey.public] }],
    ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public },
    write_files: [{ path: '/etc/ssh/sshd_config.d/00-port.conf', content: `Port ${sshPort}\n` }],
  };
  return {
    metadata: JSON.stringify(metadata),
    userdata: `#cloud-config\n${JSON.stringify(userdata)}\n`,
  };
}

export type Sandbox = {
  faults: FaultBook;
  /** Switches a new machine on and waits until it has booted; `guest` replaces what cloud-init is given. */
  start: (name: string, guest?: Partial<ReturnType<typeof firstBoot>>) => Promise<Hardware>;
  machine: (name: string) => SimulatedMachine;
  machines: () => SimulatedMachines;
  addressOf: (name: string) => string;
  /** Runs a command line as root, or as somebody else. */
  run: (name: string, commandLine: string, user?: string) => Promise<Ran>;
  effects: (name: string, effect: string) => Effect[];
  /** Ends the sandbox and starts it again with what stands in its state folder. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
};

/** A sandbox without a hypervisor: machines that are switched on by hand, and services beside its package mirror. */
export function openSandbox(services: readonly ExternalService[] = []): Sandbox {
  const stateFolder = mkdtempSync(join(tmpdir(), 'socle-sandbox-'));
  const faults = createFaults();
  const hardware = new Map<string, Hardware>();
  const addresses = new Map<string, string>();
  const make = () => {
    const journal = openJournal(join(stateFolder, 'journal.jsonl'));
    const network = createNetwork([mirror, ...services]);
    const waits = createWaits('none', 1);
    return { journal, machines: createMachines({ journal, faults, waits, network, stateFolder }) };
  };
  let { journal, machines } = make();
  const effects = (name: string, effect: string): Effect[] =>
    journal.entries().filter((entry) => entry.subject === name && entry.effect === effect);
  const machine = (name: string): SimulatedMachine => {
    const found = machines.powered().find((candidate) => candidate.name === name);
    if (!found) throw new Error(`${name} is not switched on`);
    return found;
  };
  return {
    faults,
    start: async (name, guest = {}) => {
      const address = `${block}.${(handedOut += 1)}`;
      const { metadata, userdata } = { ...firstBoot(name, address), ...guest };
      const made: Hardware = {
        instanceUuid: `uuid-of-${name}`,
        name,
        vcpu: 2,
        memoryMiB: 4096,
        disksGiB: [20],
        network: 'inner',
        macAddress: `00:50:56:00:00:${handedOut.toString(16).padStart(2, '0')}`,
        guestInfo: { 'guestinfo.metadata': metadata, 'guestinfo.userdata': userdata },
      };
      hardware.set(name, made);
      addresses.set(name, address);
      await machines.powerOn(made);
      await vi.waitUntil(() => effects(name, 'boot').length > 0, { interval: 5 });
      return made;
    },
    machine,
    machines: () => machines,
    addressOf: (name) => addresses.get(name)!,
    run: (name, commandLine, user = 'root') => runShell(machine(name), user, commandLine, ''),
    effects,
    restart: async () => {
      const on = machines.powered().map(({ name }) => name);
      await machines.close();
      ({ journal, machines } = make());
      for (const name of on) await machines.powerOn(hardware.get(name)!);
    },
    close: async () => {
      await machines.close();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}
