import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Effect, Faults, Hardware, Journal, Waits } from '../runtime.js';
import { baseImage } from './base-image.js';
import { MachineFiles } from './file-system.js';
import type { FirewallTable } from './firewall.js';
import { loadRules } from './load-rules.js';
import type { Network } from './network.js';
import { packageCatalogue } from './packages.js';
import type { Advertisement } from './programs/keepalived/virtual-router.js';
import type { Running, UnixSocket } from './programs/program.js';
import type { SshdSettings } from './sshd-settings.js';
import type { Stored } from './stored.js';

/** Without an address it listens on all that the machine has. */
export type Listener = { protocol: 'tcp' | 'udp'; address?: string; port: number; process: string };

/** A unit that runs; transient ones carry their exit code once they have ended. */
export type RunningUnit = { state: 'active' | 'failed'; since: number };

export type Surroundings = {
  journal: Journal;
  faults: Faults;
  waits: Waits;
  network: Network;
  stateFolder: string;
};

/** One simulated machine: its files, packages, units, kernel state and firewall. Everything else follows from these. */
export class SimulatedMachine {
  readonly files = new MachineFiles();
  readonly packages = new Set<string>();
  readonly enabled = new Set<string>();
  readonly masked = new Set<string>();
  readonly running = new Map<string, RunningUnit>();
  readonly modules = new Set<string>();
  /** Device → UUID of its file system. */
  readonly formatted = new Map<string, string>();
  /** Mount point → device. */
  readonly mounts = new Map<string, string>();
  readonly firewall = new Map<string, FirewallTable>();
  /** Unit → what it does while it runs. */
  readonly programs = new Map<string, Running>();
  /** Path → who answers behind it. */
  readonly unixSockets = new Map<string, UnixSocket>();
  /** Virtual address → card: those that keepalived put there, beside the machine's own. */
  readonly heldAddresses = new Map<string, string>();
  /** Takes the VRRP packets that reach the machine. */
  onAdvertisement: ((packet: Advertisement) => void) | undefined;
  readonly console: string[] = [];
  kernelHostName = 'localhost';
  address = '';
  instanceId = '';
  sshd: SshdSettings | undefined;
  /** Logins since the sandbox was started. */
  logins = 0;
  /** Held by `flock` until the shell that took it ends. */
  readonly locks = new Map<string, Promise<void>>();

  private readonly noted: Effect[] = [];
  private persisting = Promise.resolve();
  private booting = false;
  private off = false;

  private constructor(
    readonly hardware: Hardware,
    readonly surroundings: Surroundings,
  ) {}

  /** The machine as it was left in the state folder, or a fresh one from the base image. */
  static async open(hardware: Hardware, surroundings: Surroundings): Promise<SimulatedMachine> {
    const machine = new SimulatedMachine(hardware, surroundings);
    const path = machine.statePath();
    if (existsSync(path)) await machine.restore(JSON.parse(readFileSync(path, 'utf8')) as Stored);
    else await baseImage(machine);
    return machine;
  }

  get name(): string {
    return this.hardware.name;
  }

  /** Notes an effect; it enters the journal with the state that holds it, so that a crash can never part the two. */
  effect(effect: string, detail?: Record<string, unknown>): void {
    this.noted.push({
      at: new Date().toISOString(),
      system: 'machine',
      effect,
      subject: this.name,
      ...(detail && { detail }),
    });
  }

  /** Notes at once what no stored state holds: where addresses are. */
  happened(effect: string, detail: Record<string, unknown>): void {
    if (!this.off)
      this.surroundings.journal.append({ system: 'machine', effect, subject: this.name, detail });
  }

  /** Tells the programs that something else changed on the machine. */
  changed(): void {
    for (const program of [...this.programs.values()]) program.changed?.();
  }

  say(line: string): void {
    this.console.push(line);
  }

  /** Sockets that listen because a unit runs. */
  listeners(): Listener[] {
    return [...this.running].flatMap(([unit, { state }]) =>
      state === 'active' ? this.listenersOf(unit) : [],
    );
  }

  private listenersOf(unit: string): Listener[] {
    const program = this.programs.get(unit);
    if (program) return program.listeners();
    if (unit === 'ssh.service') return [{ protocol: 'tcp', port: this.sshd?.port ?? 22, process: 'sshd' }];
    return (this.socketPorts.get(unit) ?? []).map((port) => ({
      protocol: 'tcp' as const,
      port,
      process: 'systemd',
    }));
  }

  /** Ports of running socket units, as their files said when they were started. */
  readonly socketPorts = new Map<string, number[]>();

  /** Writes the whole state down, one after the other; called after each command line. */
  async persist(): Promise<void> {
    this.persisting = this.persisting.then(() => this.write());
    await this.persisting;
  }

  /** A boot is written down as a whole: one that is cut short begins anew. */
  async atOnce(work: () => Promise<void>): Promise<void> {
    this.booting = true;
    try {
      await work();
    } finally {
      this.booting = false;
    }
    await this.persist();
  }

  /** Without power nothing changes any more, whatever a command that was under way still does to this object. */
  async switchOff(): Promise<void> {
    await this.forgetMemory();
    await this.persist();
    this.off = true;
  }

  private async write(): Promise<void> {
    if (this.booting || this.off) return;
    const happened = this.noted.length;
    const stored: Stored = {
      files: await this.files.store(),
      packages: [...this.packages],
      enabled: [...this.enabled],
      masked: [...this.masked],
      running: [...this.running],
      modules: [...this.modules],
      kernelHostName: this.kernelHostName,
      formatted: [...this.formatted],
      mounts: [...this.mounts],
      firewall: [...this.firewall.values()].map((table) => table.text),
      address: this.address,
      instanceId: this.instanceId,
      sshd: this.sshd,
    };
    const path = this.statePath();
    mkdirSync(join(this.surroundings.stateFolder, 'machines'), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify(stored), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    for (const effect of this.noted.splice(0, happened)) this.surroundings.journal.append(effect);
  }

  private async restore(stored: Stored): Promise<void> {
    await this.files.load(stored.files);
    for (const name of stored.packages) this.packages.add(name);
    // Programs are not stored: the interpreter's own lie in the same folder.
    for (const { files } of packageCatalogue.filter((entry) => this.packages.has(entry.name)))
      for (const [path, content] of Object.entries(files))
        if (path.startsWith('/usr/bin/')) await this.files.writeFile(path, content);
    for (const name of stored.enabled) this.enabled.add(name);
    for (const name of stored.masked) this.masked.add(name);
    for (const [name, unit] of stored.running) if (!name.startsWith('run-')) this.running.set(name, unit);
    for (const name of stored.modules) this.modules.add(name);
    for (const [device, uuid] of stored.formatted) this.formatted.set(device, uuid);
    for (const [point, device] of stored.mounts) this.mounts.set(point, device);
    for (const text of stored.firewall) this.loadRules(text);
    this.kernelHostName = stored.kernelHostName;
    this.address = stored.address;
    this.instanceId = stored.instanceId;
    this.sshd = stored.sshd;
  }

  /** Lets a ruleset take effect, all of it or nothing. @throws Error in nft's words. */
  loadRules(text: string): void {
    loadRules(this.firewall, text);
  }

  /** What a boot does to the memory of the machine: files stay, everything that lived in memory starts anew. */
  async forgetMemory(): Promise<void> {
    this.endPrograms();
    this.running.clear();
    this.socketPorts.clear();
    this.firewall.clear();
    this.mounts.clear();
    this.modules.clear();
    this.locks.clear();
    this.sshd = undefined;
    for (const folder of ['/run', '/tmp']) {
      await this.files.rm(folder, { recursive: true, force: true });
      await this.files.mkdir(folder, { recursive: true });
    }
  }

  /** Without a word to anybody. */
  endPrograms(): void {
    for (const program of this.programs.values()) program.kill();
    this.programs.clear();
    for (const address of this.heldAddresses.keys()) this.surroundings.network.withdraw(this, address);
    this.heldAddresses.clear();
  }

  forget(): void {
    this.off = true;
    rmSync(this.statePath(), { force: true });
    rmSync(this.dataFolder(), { recursive: true, force: true });
  }

  /** Where programs keep what is too large for the machine's state. */
  dataFolder(): string {
    return this.statePath().replace(/\.json$/, '');
  }

  /** True when the package that brings a command is installed; commands of no package are always there. */
  hasCommand(name: string): boolean {
    const owner = packageCatalogue.find((entry) => entry.commands.includes(name));
    return owner === undefined || this.packages.has(owner.name);
  }

  private statePath(): string {
    return join(this.surroundings.stateFolder, 'machines', `${this.hardware.instanceUuid}.json`);
  }
}
