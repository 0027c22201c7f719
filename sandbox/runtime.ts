/** A virtual machine as the simulated hypervisor hands it to the simulated machine when it is powered on. */
export type Hardware = {
  instanceUuid: string;
  name: string;
  vcpu: number;
  memoryMiB: number;
  /** In bus order; the first is the system disk that the template brought. */
  disksGiB: number[];
  /** Port group the card is in. */
  network: string;
  /** Lower case, colons. */
  macAddress: string;
  /** extraConfig keys that begin with `guestinfo.`, values as given. */
  guestInfo: Record<string, string>;
};

/** What VMware Tools would report of a running guest. */
export type GuestFacts = { toolsRunning: boolean; hostName: string; addresses: string[] };

/** The simulated machines, as the hypervisor simulators drive them. */
export type MachineRuntime = {
  /** Boots: cloud-init reads guestInfo; without a valid one the machine runs but answers nobody. Idempotent. */
  powerOn: (hardware: Hardware) => Promise<void>;
  powerOff: (instanceUuid: string) => Promise<void>;
  /** Forgets the machine and its file systems. */
  destroy: (instanceUuid: string) => Promise<void>;
  guest: (instanceUuid: string) => GuestFacts | undefined;
};

/** One effect on the simulated world: what exactly-once proofs count. */
export type Effect = {
  at: string;
  system: string;
  effect: string;
  subject: string;
  detail?: Record<string, unknown>;
};

/** Append-only record of effects, in the state folder, replayed when the sandbox starts again. */
export type Journal = {
  /** `at` is now unless the effect brings its own. */
  append: (effect: Omit<Effect, 'at'> & Partial<Pick<Effect, 'at'>>) => void;
  entries: () => readonly Effect[];
};

/**
 * A fault to be injected once or several times.
 * `operation` is the simulator's own name of a call (`CloneVM_Task`, `ssh.exec`); `lost-answer` lets it succeed and cuts the answer.
 */
export type Fault = {
  system: string;
  operation: string;
  subject?: string;
  kind: 'error' | 'reset' | 'lost-answer' | 'slow' | 'session-expired' | 'wrong-host-key';
  /** For `error`: the fault name or status; for `slow`: milliseconds. */
  argument?: string | number;
  times: number;
};

export type Faults = {
  /** Takes one matching fault, counting it down; undefined when none is due. */
  take: (system: string, operation: string, subject?: string) => Fault | undefined;
};

/** Simulated durations: `none` for tests, `short` for the demo, `realistic` for measurements. */
export type Waits = {
  profile: 'none' | 'short' | 'realistic';
  ms: (what: 'clone' | 'boot' | 'task' | 'package' | 'request') => number;
};
