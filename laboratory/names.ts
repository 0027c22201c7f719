import { join } from 'node:path';

/** Everything of the laboratory bears this name: a computer has one laboratory. */
export const laboratoryName = 'socle-lab';

/** Mounts, notes about what runs, locks; gone with the next boot of the computer. */
export const runFolder = `/run/${laboratoryName}`;

/** Disks and consoles of the machines, database and logs of the orchestrator. `down` deletes it. */
export const stateFolder = `/var/lib/${laboratoryName}`;

/** What the machines sent to the log collector, a line each. */
export const collectedLogs = join(stateFolder, 'collected.log');

/** What befell the machines, a line of JSON each; see `journal.ts`. */
export const journalFile = join(stateFolder, 'journal.jsonl');

/** The network namespace that everything runs in which talks to machines. */
export const namespace = laboratoryName;

/** A machine's own network namespace. */
export const machineNamespace = (name: string): string => `${laboratoryName}-${name}`;

/** Where a machine's root file system is mounted. */
export const rootOf = (name: string): string => join(runFolder, 'machines', name, 'root');

/** Where what a machine wrote is kept. */
export const diskOf = (name: string): string => join(stateFolder, 'machines', name);

/** Where iproute2 keeps the named network namespaces. */
export const namespacesFolder = '/run/netns';

/** Words before a command that is to run in a network namespace. Not `ip netns exec`, which hides the control groups. */
export const within = (name: string): string[] => ['nsenter', `--net=${join(namespacesFolder, name)}`];
