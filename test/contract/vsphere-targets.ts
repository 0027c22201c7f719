import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../config/cache-folder.js';
import { startVcenter, type VcenterOptions } from '../../sandbox/vcenter/vcenter.js';
import type {
  Effect,
  Fault,
  Faults,
  Hardware,
  Journal,
  MachineRuntime,
  Waits,
} from '../../sandbox/runtime.js';
import { startVcsim, vcsimPath } from '../../tools/vcsim.js';

/** A vCenter that the contract suite runs against. */
export type Target = { url: string; caPem: string; close: () => Promise<void> };

export const account = { username: 'socle@vsphere.local', password: 'Pa55 & <word>' };

export async function startSimulator(): Promise<Target> {
  const options = { ...account, networks: 'pg-infra,pg-lan', template: 'debian-12-cloud' };
  return startVcsim(await vcsimPath(cacheFolder()), options);
}

export type Sandbox = Target & {
  effects: (effect: string) => string[];
  leftovers: () => { machines: string[]; rules: string[] };
  /** The journal as it is stored. */
  journal: () => string;
  inject: (fault: Omit<Fault, 'system' | 'times'>, times?: number) => void;
  running: Map<string, Hardware>;
  /** Ends this server and starts it again from its journal, on another port. */
  restart: () => Promise<Sandbox>;
};

type SandboxOptions = Pick<VcenterOptions, 'inventory' | 'denied'> & {
  taskMs?: number;
  entries?: Effect[];
  machines?: Partial<MachineRuntime>;
  folder?: string;
};

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const stateFolder = options.folder ?? (await mkdtemp(join(tmpdir(), 'socle-vcenter-')));
  const entries = options.entries ?? [];
  const journal: Journal = {
    append: (effect) => void entries.push({ at: new Date(0).toISOString(), ...structuredClone(effect) }),
    entries: () => entries,
  };
  const due: Fault[] = [];
  const faults: Faults = {
    take: (system, operation, subject) => {
      const found = due.find(
        (fault) =>
          fault.times > 0 &&
          fault.system === system &&
          fault.operation === operation &&
          (fault.subject === undefined || fault.subject === subject),
      );
      if (found !== undefined) found.times -= 1;
      return found;
    },
  };
  const waits: Waits = { profile: 'none', ms: (what) => (what === 'request' ? 0 : (options.taskMs ?? 0)) };
  const running = new Map<string, Hardware>();
  const machines: MachineRuntime = {
    powerOn: async (hardware) => void running.set(hardware.instanceUuid, hardware),
    powerOff: async (instanceUuid) => void running.delete(instanceUuid),
    destroy: async () => undefined,
    guest: (instanceUuid) =>
      running.has(instanceUuid)
        ? { toolsRunning: true, hostName: 'guest', addresses: ['127.10.0.10'] }
        : undefined,
    ...options.machines,
  };
  const { inventory, denied } = options;
  const server = await startVcenter({
    ...account,
    address: '127.0.0.1',
    port: 0,
    journal,
    faults,
    waits,
    machines,
    stateFolder,
    ...(inventory === undefined ? {} : { inventory }),
    ...(denied === undefined ? {} : { denied }),
  });
  return {
    url: server.url,
    caPem: server.caPem,
    running,
    leftovers: server.leftovers,
    journal: () => JSON.stringify(entries),
    effects: (effect) => entries.filter((entry) => entry.effect === effect).map((entry) => entry.subject),
    inject: (fault, times = 1) => void due.push({ system: 'vcenter', times, ...fault }),
    restart: async () => {
      await server.close();
      return startSandbox({ ...options, entries, folder: stateFolder });
    },
    close: async () => {
      await server.close();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}
