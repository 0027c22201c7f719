import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gogsConfiguration } from '../../activities/roles/3-base-infrastructure/gogs/configuration.js';
import {
  gogsAccount,
  gogsPaths,
  gogsUnitName,
} from '../../activities/roles/3-base-infrastructure/gogs/settings.js';
import { gogsUnit } from '../../activities/roles/3-base-infrastructure/gogs/unit.js';
import { createFaults, type FaultBook } from '../../sandbox/faults.js';
import { openJournal } from '../../sandbox/journal.js';
import type { Ran } from '../../sandbox/machine/command.js';
import { SimulatedMachine, type Surroundings } from '../../sandbox/machine/machine.js';
import { createNetwork } from '../../sandbox/machine/network.js';
import { createMachines } from '../../sandbox/machine/runtime.js';
import { runShell } from '../../sandbox/machine/shell.js';
import type { Hardware, Journal } from '../../sandbox/runtime.js';
import { simulatedProgram } from '../../sandbox/store.js';
import { createWaits } from '../../sandbox/waits.js';
import { authorityFrom } from '../certificates-fixture.js';
import { serverPair, type ServerPair } from '../server-pair.js';

/** One that any account may open. */
const port = 8443;
const socket = '/run/gogs-first-user/socket';
const firstUserConfiguration = '/run/gogs-first-user/app.ini';
export const firstUserUnit = 'gogs-first-user.service';

export type GogsMachine = {
  address: string;
  url: string;
  pair: ServerPair;
  /** What is on, with its files. */
  machine: () => SimulatedMachine;
  run: (script: string, stdin?: string) => Promise<Ran>;
  /** Starts the Gogs that waits for its first user on its socket, with changes to its configuration. */
  awaitFirstUser: (changes?: Changes) => Promise<Ran>;
  /** @returns the status that is answered, and the page */
  signUp: (form: Readonly<Record<string, string>>) => Promise<{ status: string; page: string }>;
  /** Starts the Gogs that serves, with changes to its configuration. */
  serve: (changes?: Changes) => Promise<Ran>;
  cutPower: () => Promise<void>;
  powerOn: () => Promise<void>;
};

/** What stands in the configuration → what is to stand there. */
export type Changes = Readonly<Record<string, string>>;

export type SimulatedGogs = {
  ca: string;
  journal: Journal;
  faults: FaultBook;
  /** A machine that is on, with all that the role brings and no Gogs that runs. */
  boot: (hookHosts?: readonly string[]) => Promise<GogsMachine>;
  /** What a sandbox that was killed does when it starts again; what served serves again. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
};

let machinesMade = 0;

export async function simulatedGogs(): Promise<SimulatedGogs> {
  const stateFolder = mkdtempSync(join(tmpdir(), 'socle-gogs-machines-'));
  const authority = await authorityFrom('33');
  const faults = createFaults();
  const surroundings: Surroundings = {
    journal: openJournal(join(stateFolder, 'journal.jsonl')),
    faults,
    waits: createWaits('none', 1),
    network: createNetwork([]),
    stateFolder,
  };
  let machines = createMachines(surroundings);
  return {
    ca: authority.root,
    journal: surroundings.journal,
    faults,
    boot: async (hookHosts = []) => {
      machinesMade += 1;
      const address = `127.${64 + (process.pid % 128)}.251.${machinesMade}`;
      const pair = serverPair(authority, 'gogs', [], [address]);
      const hardware = hardwareOf(address);
      const settings = {
        domain: address,
        secretKey: randomBytes(32).toString('hex'),
        hookHosts,
        sshPort: 2022,
      };
      const disk = await SimulatedMachine.open(hardware, surroundings);
      await install(disk, {
        [gogsPaths.certificate]: pair.key + pair.certificate,
        [gogsPaths.unit]: gogsUnit(),
      });
      await disk.persist();
      const configuration = gogsConfiguration(settings).replace(/HTTP_PORT = .*/, `HTTP_PORT = ${port}`);
      await machines.powerOn(hardware);
      const machine = (): SimulatedMachine => {
        const found = machines.powered().find(({ hardware: own }) => own === hardware);
        if (!found) throw new Error(`the machine at ${address} is off`);
        return found;
      };
      await until(
        () => surroundings.network.isAttached(machine()),
        () => `the machine did not boot: ${machine().console.join('\n')}`,
      );
      const run: GogsMachine['run'] = (script, stdin = '') => runShell(machine(), 'root', script, stdin);
      const start = async (unit: string, path: string, content: string): Promise<Ran> => {
        await machine().files.mkdir(dirname(path), { recursive: true });
        await machine().files.writeFile(path, content);
        return run(`systemctl start ${unit}`);
      };
      return {
        address,
        url: `https://${address}:${port}`,
        pair,
        machine,
        run,
        awaitFirstUser: async (changes = {}) => {
          await machine().files.writeFile(
            `/etc/systemd/system/${firstUserUnit}`,
            gogsUnit().replaceAll(gogsPaths.configuration, firstUserConfiguration),
          );
          const open = gogsConfiguration(settings, { socket });
          return start(firstUserUnit, firstUserConfiguration, changed(open, changes));
        },
        signUp: async (form) => {
          const body = new URLSearchParams(form).toString();
          const { stdout } = await run(
            `curl --silent --output /tmp/page --write-out '%{http_code}' --unix-socket ${socket} --data @- http://gogs/user/sign_up`,
            body,
          );
          return { status: stdout, page: (await machine().files.text('/tmp/page')) ?? '' };
        },
        serve: async (changes = {}) => {
          machine().enabled.add(gogsUnitName);
          return start(gogsUnitName, gogsPaths.configuration, changed(configuration, changes));
        },
        cutPower: () => machines.powerOff(hardware.instanceUuid),
        powerOn: async () => {
          await machines.powerOn(hardware);
          await listens(address, port);
        },
      };
    },
    restart: async () => {
      const on = machines.powered().map(({ hardware, address, running }) => ({
        hardware,
        address,
        serves: running.get(gogsUnitName)?.state === 'active',
      }));
      await machines.close();
      machines = createMachines(surroundings);
      for (const { hardware, address, serves } of on) {
        await machines.powerOn(hardware);
        if (serves) await listens(address, port);
      }
    },
    close: async () => {
      await machines.close();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}

function changed(text: string, changes: Changes): string {
  for (const [before, after] of Object.entries(changes)) {
    if (!text.includes(before)) throw new Error(`nothing says ${before}`);
    text = text.replace(before, after);
  }
  return text;
}

async function install(machine: SimulatedMachine, files: Readonly<Record<string, string>>): Promise<void> {
  const all = { [gogsPaths.program]: simulatedProgram('gogs', '0.14.3'), ...files };
  for (const [path, content] of Object.entries(all)) {
    await machine.files.mkdir(dirname(path), { recursive: true });
    await machine.files.writeFile(path, content);
  }
  await machine.files.appendFile('/etc/passwd', `${gogsAccount}:x:990:990::${gogsPaths.data}:/bin/bash\n`);
  await machine.files.appendFile('/etc/group', `${gogsAccount}:x:990:\n`);
  for (const folder of [gogsPaths.data, gogsPaths.repositories]) {
    await machine.files.mkdir(folder, { recursive: true });
    machine.files.setOwner(folder, { user: gogsAccount, group: gogsAccount });
  }
  machine.packages.add('curl');
}

function hardwareOf(address: string): Hardware {
  const instanceUuid = randomUUID();
  const network = { version: 2, ethernets: { eth0: { addresses: [`${address}/24`] } } };
  const metadata = { 'instance-id': instanceUuid, 'local-hostname': 'gitops-1', network };
  // A port that any account may open: nothing here logs in.
  const write_files = [{ path: '/etc/ssh/sshd_config.d/port.conf', content: 'Port 2222\n' }];
  return {
    instanceUuid,
    name: `gitops-${address.split('.').at(-1)}`,
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

/** @throws Error when nobody takes connections there in time */
async function listens(address: string, at: number): Promise<void> {
  const connects = (): Promise<boolean> =>
    new Promise((resolve) => {
      const tried = connect(at, address)
        .on('connect', () => {
          tried.destroy();
          resolve(true);
        })
        .on('error', () => resolve(false));
    });
  await until(connects, () => `nobody listens at ${address}:${at}`);
}

/** @throws Error with the problem when something is not so in time */
async function until(isSo: () => boolean | Promise<boolean>, problem: () => string): Promise<void> {
  for (const end = Date.now() + 20_000; !(await isSo());) {
    if (Date.now() > end) throw new Error(problem());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
