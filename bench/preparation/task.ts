/** What is done when something that names it was changed. */
export type Restart = { action: 'reload' | 'restart'; unit: string };

/** One thing that is to be so on a machine; what every engine of the comparison is given. */
export type Task =
  | {
      kind: 'file';
      path: string;
      mode: string;
      user: string;
      group: string;
      content: string;
      secret: boolean;
      /** Shell that must succeed with the new file's path in `$new`. */
      validate?: string;
      notify: Restart[];
    }
  | { kind: 'directory'; path: string; mode: string; user: string; group: string }
  | { kind: 'absent'; path: string }
  | { kind: 'user'; name: string; comment: string; shell: string; groups: string[] }
  | { kind: 'members'; group: string; names: string[] }
  | { kind: 'packages'; names: string[] }
  | {
      kind: 'service';
      unit: string;
      boot: 'enabled' | 'disabled' | 'masked';
      now: 'running' | 'stopped' | 'any';
    }
  /** Cannot be started; those of `left` may go on running. */
  | { kind: 'masked'; units: string[]; left: string[] }
  | { kind: 'setting'; key: string; value: string }
  | { kind: 'hostname'; name: string }
  /** netplan's file in place of the one that cloud-init wrote. */
  | { kind: 'network'; path: string; content: string; replaces: string }
  /** `loaded` is where the hash of the file and the kernel's answer to it are noted. */
  | { kind: 'firewall'; path: string; content: string; loaded: string }
  | { kind: 'disk'; label: string; sizeBytes: number; mountPoint: string }
  | { kind: 'command'; unless: string; run: string };

export type TaskOf<Kind extends Task['kind']> = Extract<Task, { kind: Kind }>;

/** The tasks of one kind, in order. */
export function tasksOfKind<Kind extends Task['kind']>(tasks: readonly Task[], kind: Kind): TaskOf<Kind>[] {
  return tasks.filter((task): task is TaskOf<Kind> => task.kind === kind);
}
