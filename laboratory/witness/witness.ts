import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../command.js';
import { macAddress, qemuWords, tapName, type Hardware } from './hardware.js';
import type { WitnessImage } from './image.js';
import { makeSeed, type FirstBoot } from './seed.js';

const lookAgainMs = 20;

export type WitnessOptions = {
  image: WitnessImage;
  /** The machine as the orchestrator orders it from a hypervisor; disks but the first are blank data disks. */
  spec: FirstBoot & { disksGiB: readonly number[] };
  /** This computer's address in the machine's network with its prefix length: the machine's gateway, which routes nothing. */
  gateway: string;
};

/** A virtual machine in software emulation, with a kernel of its own. */
export type Witness = {
  /** A power cut: what the kernel had not written to its disks is lost. */
  powerOff: () => Promise<void>;
  powerOn: () => Promise<void>;
  /** What was written to the serial console since the last powerOn. */
  console: () => Promise<string>;
  /** Power off, and nothing is left of the machine. */
  close: () => Promise<void>;
};

/** Makes the machine and switches it on. Its process ends with this one, its network with its process. Needs root. */
export async function startWitness({ image, spec, gateway }: WitnessOptions): Promise<Witness> {
  const folder = await mkdtemp(join(tmpdir(), 'socle-witness-'));
  const hardware: Hardware = {
    image,
    system: join(folder, 'system.qcow2'),
    seed: join(folder, 'seed.raw'),
    data: spec.disksGiB.slice(1).map((_, index) => join(folder, `data${index}.raw`)),
    console: join(folder, 'console.log'),
  };
  let power: ChildProcess | undefined;
  const powerOff = async (): Promise<void> => {
    if (power) await ended(power);
    power = undefined;
  };
  const powerOn = async (): Promise<void> => {
    power ??= await started(qemuWords(hardware), gateway);
  };
  const close = async (): Promise<void> => {
    await powerOff();
    await rm(folder, { recursive: true });
  };
  try {
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', image.system, '-F', 'raw', hardware.system]);
    await makeSeed(hardware.seed, spec, macAddress);
    for (const [index, file] of hardware.data.entries()) {
      await writeFile(file, '');
      await truncate(file, spec.disksGiB[index + 1]! * 1024 ** 3);
    }
    await powerOn();
  } catch (error) {
    await close();
    throw error;
  }
  return { powerOff, powerOn, console: () => readFile(hardware.console, 'utf8'), close };
}

/** QEMU makes the tap, so it is gone with QEMU; setpriv has the kernel end QEMU when this process ends. */
async function started(words: readonly string[], gateway: string): Promise<ChildProcess> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  await once(child, 'spawn');
  try {
    while (!existsSync(`/sys/class/net/${tapName}`)) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`qemu-system-x86_64: ${complaint.trim()}`);
      await sleep(lookAgainMs);
    }
    await run(['ip', 'address', 'add', gateway, 'dev', tapName]);
    await run(['ip', 'link', 'set', tapName, 'up']);
    return child;
  } catch (error) {
    await ended(child);
    throw error;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
