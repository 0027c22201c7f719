import type { ChildProcess } from 'node:child_process';
import type { Site } from '../config/site.js';
import type { PowerReport } from '../tools/vcsim.js';
import { removeControlGroups } from './control-group.js';
import { deleteDisks, ensureDisks } from './disks.js';
import { note } from './journal.js';
import { boot, cutPower, restartCode } from './machine.js';
import { plugIn, unplug } from './network.js';
import { acceptVirtualCard, deleteRoot, mountRoot } from './overlay.js';

export type Machines = {
  /** Makes the real machine what the report says; reports of one machine are followed in their order. */
  follow: (report: PowerReport) => void;
  /** Machines that have power, by name. */
  powered: () => string[];
  /** Puts machines back to their first boot: disk, network and data disks are new, the virtual machine is the same. */
  reinstall: (names: readonly string[]) => Promise<void>;
  /** Cuts the power of all. */
  stop: () => Promise<void>;
};

type Body = { report: PowerReport; running?: ChildProcess; work: Promise<void> };

/** What cloud-init's data call a card that the site file does not name. */
const defaultCard = 'eth0';

export type MachineNews = {
  say: (line: string) => void;
  /** The machine has ended by itself; the hypervisor still thinks that it runs. */
  onShutDown: (reference: string) => void;
};

/** Gives every virtual machine that the hypervisor reports a real one. */
export function createMachines(site: Site, templateRoot: string, { say, onShutDown }: MachineNews): Machines {
  const bodies = new Map<string, Body>();

  const start = async (body: Body): Promise<void> => {
    const { report } = body;
    const root = await mountRoot(report.name, templateRoot);
    for (const { interface: card } of Object.values(site.zones))
      await acceptVirtualCard(root, card ?? defaultCard);
    await plugIn(site, {
      machine: report.name,
      key: keyOf(report),
      macAddress: report.macAddress,
      network: report.network,
    });
    const child = await boot(report, root, await ensureDisks(report.name, report.disksBytes.slice(1)));
    body.running = child;
    note('boot', report.name);
    child.once('exit', (code) => {
      if (body.running !== child) return;
      delete body.running;
      // A machine that restarts itself keeps its power; one that ends in another way is as one that was shut down.
      if (code === restartCode) {
        note('reboot', report.name);
        return enqueue(body, () => reconcile(body));
      }
      note('power-off', report.name, 'machine');
      say(`${report.name} has shut itself down${code === 0 ? '' : ` (code ${code})`}`);
      onShutDown(report.reference);
    });
  };

  const reconcile = async (body: Body): Promise<void> => {
    const { power } = body.report;
    if (power === 'poweredOn') {
      if (body.running === undefined) await start(body);
      return;
    }
    const { running } = body;
    delete body.running;
    if (running !== undefined) {
      await cutPower(running);
      note('power-off', body.report.name, 'hypervisor');
    }
    if (power !== 'gone') return;
    note('destroy', body.report.name);
    await takeApart(body.report);
    bodies.delete(body.report.reference);
  };

  const startAnew = async (body: Body): Promise<void> => {
    const { running } = body;
    delete body.running;
    if (running !== undefined) await cutPower(running);
    await takeApart(body.report);
    await start(body);
  };

  const enqueue = (body: Body, task: () => Promise<void>): void => {
    body.work = body.work.then(task).catch((error: unknown) => {
      say(`${body.report.name}: ${(error as Error).message}`);
    });
  };

  return {
    follow: (report) => {
      const known = bodies.get(report.reference);
      const body: Body = known ?? { report, work: Promise.resolve() };
      if (known === undefined && report.power === 'gone') return;
      bodies.set(report.reference, body);
      // Of a machine that is gone the hypervisor knows nothing more than its reference.
      const next = report.power === 'gone' ? { ...body.report, power: report.power } : report;
      if (next.power === 'poweredOn') note('power-on', next.name);
      enqueue(body, () => {
        body.report = next;
        return reconcile(body);
      });
    },
    powered: () =>
      [...bodies.values()].filter(({ running }) => running !== undefined).map(({ report }) => report.name),
    reinstall: async (names) => {
      const chosen = [...bodies.values()].filter(({ report }) => names.includes(report.name));
      for (const body of chosen) enqueue(body, () => startAnew(body));
      await Promise.all(chosen.map(({ work }) => work));
    },
    stop: async () => {
      await Promise.all(
        [...bodies.values()].map(async (body) => {
          await body.work;
          const { running } = body;
          delete body.running;
          if (running !== undefined) await cutPower(running);
        }),
      );
    },
  };
}

/** Unique among the machines of one vCenter. */
function keyOf({ reference }: PowerReport): string {
  return reference.replace(/\D/g, '');
}

async function takeApart(report: PowerReport): Promise<void> {
  const { name } = report;
  await unplug(name, keyOf(report));
  await deleteDisks(name);
  await deleteRoot(name);
  await removeControlGroups(name);
}
