import type { RoleName } from '../../config/phases.js';
import type { Machine } from '../../config/machine.js';
import { PermanentError } from '../errors.js';
import { quote } from '../host/quote.js';
import { runOn } from '../host/run-on.js';
import { done, todo, type Step, type StepContext } from '../role.js';
import type { BackupTarget } from './target.js';

/** What a role with data says of it: how a copy is read, and how one takes the place of what is there. */
export type RoleData = {
  role: RoleName;
  /** Of the saved thing, in reports: `snapshot`, `copy`. */
  thing: string;
  read: (context: StepContext) => Promise<Buffer>;
  /** May be called again with the same content. */
  replace: (context: StepContext, content: Buffer) => Promise<void>;
};

/** Saves a copy, encrypted, at the site's backup target: one in each run. */
export function saveStep({ role, thing, read }: RoleData): Step {
  return {
    id: 'save',
    title: `${thing} to the backup target`,
    on: 'site',
    profile: 'host',
    check: async (context) => {
      const stored = await (await targetOf(context)).list(role);
      return stored.some(({ name }) => name.includes(context.runId)) ? done : todo('this run has saved none');
    },
    apply: async (context) => {
      const { site, runId, progress } = context;
      const target = await targetOf(context);
      progress(`take a ${thing}`);
      const content = await read(context);
      progress('save it');
      const now = new Date();
      const name = await target.save(role, now, content, runId);
      const expired = site.backup === undefined ? [] : await target.prune(role, site.backup.keepDays, now);
      return [`saved ${name}`, ...expired.map((old) => `deleted ${old}`)];
    },
  };
}

/** The newest backup takes the place of all that the role holds, once in each run. */
export function restoreStep({ role, thing, replace }: RoleData): Step {
  return {
    id: thing,
    title: `newest ${thing} from the backup target`,
    on: 'site',
    profile: 'host',
    check: async (context) =>
      (await lastRestore(context, role)) === context.runId ? done : todo('not restored in this run'),
    apply: async (context) => {
      const target = await targetOf(context);
      const newest = (await target.list(role)).at(-1);
      if (newest === undefined)
        throw new PermanentError(`the backup target has no backup of ${role}. See: backup of the site file`);
      context.progress(`restore ${newest.name}`);
      await replace(context, await target.load(role, newest.name));
      await noteRestore(context, role);
      return [`restored ${newest.name}`];
    },
  };
}

/** Loaded late, so that planning loads no client. */
async function targetOf({ site, secrets, signal }: StepContext): Promise<BackupTarget> {
  const { backupTarget } = await import('./target.js');
  return backupTarget(site, secrets, signal);
}

/** Names the run that restored last. */
const markOf = (role: RoleName): string => `/var/lib/socle/${role}-restored`;

async function lastRestore(context: StepContext, role: RoleName): Promise<string> {
  return (await onFirst(context, `cat ${markOf(role)} 2>/dev/null || :\n`, 'read the last restore')).trim();
}

async function noteRestore(context: StepContext, role: RoleName): Promise<void> {
  const script = `mkdir -p /var/lib/socle && printf %s ${quote(context.runId)} >${markOf(role)}\n`;
  await onFirst(context, script, 'note the restore');
}

async function onFirst(context: StepContext, script: string, label: string): Promise<string> {
  const [first] = context.machines as readonly (Machine | undefined)[];
  if (first === undefined) throw new PermanentError('the plan has no machine of this role');
  return runOn(context, first, script, label);
}
