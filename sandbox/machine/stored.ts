import type { StoredEntry } from './file-system.js';
import type { RunningUnit } from './machine.js';
import type { SshdSettings } from './sshd-settings.js';

/** What is kept of a machine between starts of the sandbox: its disk, and what its kernel and systemd know. */
export type Stored = {
  files: StoredEntry[];
  packages: string[];
  enabled: string[];
  masked: string[];
  running: [string, RunningUnit][];
  modules: string[];
  kernelHostName: string;
  formatted: [string, string][];
  mounts: [string, string][];
  firewall: string[];
  address: string;
  instanceId: string;
  sshd: SshdSettings | undefined;
};
