/** What names a machine: its name for people, its UUID (chosen by Socle) for finding it again. */
export type MachineIdentity = { name: string; instanceUuid: string };

/** A machine as it is to be made. */
export type MachineSpec = MachineIdentity & {
  template: string;
  vcpu: number;
  memoryMiB: number;
  /** In bus order; the first is the template's system disk. Disks only grow. */
  disksGiB: readonly number[];
  /** Port group (vSphere) or subnet (Nutanix). */
  network: string;
  /** Seen by people in the hypervisor's console. */
  note: string;
  /** Number of this machine in its group: spreads the group over hosts when the hypervisor does not place machines itself. */
  spread: number;
  /** cloud-init's first-boot data, unencoded; holds the host key, so it is a secret. */
  userData: string;
  /** cloud-init's metadata, unencoded, once the MAC address of the machine's card is known. */
  metaData: (macAddress: string) => string;
};

/** How often and how long one call to a hypervisor may go on, and where it says what it is doing. */
export type CallOptions = { signal: AbortSignal; progress: (what: string) => void };

export type MachineFacts = MachineIdentity & {
  /** The hypervisor's own identifier, for messages. */
  reference: string;
  /** UUID of the site whose mark the machine bears. */
  siteUuid?: string;
  power: 'on' | 'off' | 'suspended';
  vcpu: number;
  memoryMiB: number;
  disksGiB: number[];
  macAddress?: string;
  /** The hypervisor's own identifier of the host it is on. */
  host?: string;
  /** cloud-init's metadata as the machine has it now, unencoded. */
  metaData?: string;
  /** The run that last restarted the machine, as `restart` noted it. */
  restartedBy?: string;
  guest: { toolsRunning: boolean; hostName?: string; addresses: string[] };
};

/** Machines that must not share a host. */
export type SeparationGroup = { name: string; machines: readonly MachineIdentity[] };

/** What the hypervisor can give to one site. */
export type Capacity = {
  hosts: number;
  /** Whether the hypervisor itself places machines and keeps separation rules (vSphere DRS). */
  placesMachines: boolean;
  memoryMiB: number;
  cpuCores: number;
  freeDiskGiB: number;
};

/**
 * What Socle asks of a hypervisor, for one site. Every function may be repeated: a repeat finds what an earlier
 * attempt did, even one whose answer was lost. A machine without the site's mark is never touched.
 * All throw ApiError (may be retried if it says so) and PermanentError (no retry can help).
 */
export type Hypervisor = {
  /** Awaits a clone under way; undefined when there is no machine. A foreign one of the same name is answered, with its own mark or none. */
  machineFacts: (machine: MachineIdentity, options: CallOptions) => Promise<MachineFacts | undefined>;
  /** Makes the machine, adopts it, or waits for the clone that an earlier attempt started; `reshape` completes it. */
  ensureMachine: (spec: MachineSpec, options: CallOptions) => Promise<'created' | 'adopted'>;
  /** What differs from the spec, one short line each; `needsPowerOff` when a running machine cannot take it. */
  difference: (spec: MachineSpec, facts: MachineFacts) => { changes: string[]; needsPowerOff: boolean };
  /** Resizes, grows disks, adds data disks, renews the metadata; answers what was changed. */
  reshape: (spec: MachineSpec, options: CallOptions) => Promise<string[]>;
  powerOn: (machine: MachineIdentity, options: CallOptions) => Promise<void>;
  /**
   * Off, in shape, on: once for each `runId`, however often it is called. Does not wait for the guest.
   * @returns what the machine was reshaped in
   */
  restart: (spec: MachineSpec, runId: string, options: CallOptions) => Promise<string[]>;
  /** Asks the guest to shut down, for two minutes at most, then switches off. */
  powerOff: (machine: MachineIdentity, options: CallOptions) => Promise<void>;
  /** Switches off and deletes with all disks; a machine that is gone is no error. */
  removeMachine: (machine: MachineIdentity, options: CallOptions) => Promise<void>;
  /** What is not separated as it must be, one short line each. */
  separationDifference: (groups: readonly SeparationGroup[], options: CallOptions) => Promise<string[]>;
  ensureSeparation: (groups: readonly SeparationGroup[], options: CallOptions) => Promise<string[]>;
  removeSeparation: (groupNames: readonly string[], options: CallOptions) => Promise<string[]>;
  /** Names of the site's groups that have a separation rule. */
  separations: (options: CallOptions) => Promise<string[]>;
  /** Every machine that bears the site's mark, also those that no plan names. */
  ownedMachines: (options: CallOptions) => Promise<MachineFacts[]>;
  capacity: (options: CallOptions) => Promise<Capacity>;
  /** What stands in the way of making these machines: login, rights, template, networks, space. All at once. */
  problems: (specs: readonly MachineSpec[], options: CallOptions) => Promise<string[]>;
};
