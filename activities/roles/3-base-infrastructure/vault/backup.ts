import { z } from 'zod';
import type { BackupTarget } from '../../../backup/target.js';
import { NotReadyError, PermanentError } from '../../../errors.js';
import { hostOf } from '../../../host/host-of.js';
import { quote } from '../../../host/quote.js';
import { done, todo, type Step, type StepContext } from '../../../role.js';
import type { Vault } from '../../../clients/vault/vault.js';
import { configureStep } from './configure.js';
import { withoutRootToken } from './kept-initialisation.js';
import { asOrchestrator } from './log-in.js';
import { activeNode } from './nodes.js';
import { keepOn, keptAnywhere } from './records.js';
import { runningStep } from './running.js';

const role = 'install-vault';

/**
 * What one backup holds: the snapshot, and what opens it, as the machines keep it. One is worth nothing without the other,
 * and both stay closed to whoever has neither the master key nor the custodians' shares.
 */
const VaultBackup = z.object({ initialisation: z.string(), snapshot: z.base64() });

/** A snapshot of all that Vault holds, encrypted once more, at the site's backup target: one in each run. */
const save: Step = {
  id: 'save',
  title: 'snapshot to the backup target',
  on: 'site',
  profile: 'host',
  check: async (context) => {
    const stored = await (await targetOf(context)).list(role);
    return stored.some(({ name }) => name.includes(context.runId)) ? done : todo('this run has saved none');
  },
  apply: async (context) => {
    const { site, runId, progress } = context;
    const target = await targetOf(context);
    const vault = await activeVault(context);
    const initialisation = await keptAnywhere(context);
    if (initialisation === undefined)
      throw new PermanentError('no machine keeps what opens Vault: a snapshot alone would be worth nothing');
    const { takeSnapshot } = await import('../../../clients/vault/raft.js');
    progress('take a snapshot');
    const snapshot = (await takeSnapshot(vault)).toString('base64');
    progress('save it');
    const content = JSON.stringify({ initialisation: withoutRootToken(initialisation), snapshot });
    const now = new Date();
    const name = await target.save(role, now, Buffer.from(content), runId);
    const expired = site.backup === undefined ? [] : await target.prune(role, site.backup.keepDays, now);
    return [`saved ${name}`, ...expired.map((old) => `deleted ${old}`)];
  },
};

/** The newest backup takes the place of all that Vault holds; what opens it takes the place of what the machines keep. */
const restore: Step = {
  id: 'snapshot',
  title: 'newest snapshot from the backup target',
  on: 'site',
  profile: 'host',
  check: async (context) =>
    (await lastRestore(context)) === context.runId ? done : todo('not restored in this run'),
  apply: async (context) => {
    const { machines, progress } = context;
    const target = await targetOf(context);
    const newest = (await target.list(role)).at(-1);
    if (newest === undefined)
      throw new PermanentError('the backup target has no backup of this Vault. See: backup of the site file');
    const backup = VaultBackup.parse(JSON.parse((await target.load(role, newest.name)).toString()));
    const vault = await activeVault(context);
    const kept = await keptAnywhere(context);
    const isOther = kept === undefined || withoutRootToken(kept) !== backup.initialisation;
    progress(`restore ${newest.name}`);
    const { restoreSnapshot } = await import('../../../clients/vault/raft.js');
    await restoreSnapshot(vault, Buffer.from(backup.snapshot, 'base64'), isOther);
    for (const machine of machines) await keepOn(context, machine, backup.initialisation);
    await noteRestore(context);
    return [`restored ${newest.name}`];
  },
};

export const backupOperations = {
  backup: { title: 'Save a snapshot of Vault at the backup target', steps: [save] },
  restore: {
    title: 'Put the newest snapshot in place of all that Vault holds',
    steps: [
      restore,
      { ...runningStep, after: [`${role}.restore.snapshot`] },
      { ...configureStep, after: [`${role}.restore.running`] },
    ],
  },
};

/** Loaded late, so that planning loads no client. */
async function targetOf({ site, secrets, signal }: StepContext): Promise<BackupTarget> {
  const { backupTarget } = await import('../../../backup/target.js');
  return backupTarget(site, secrets, signal);
}

async function activeVault(context: StepContext): Promise<Vault> {
  const active = await activeNode(context);
  const vault = active && (await asOrchestrator(context, active));
  if (vault !== undefined) return vault;
  throw new NotReadyError(
    'a node of Vault that leads and lets Socle in',
    `first: socle deploy FILE --only ${role}`,
  );
}

/** Names the run that restored last. */
const mark = '/var/lib/socle/vault-restored';

async function lastRestore(context: StepContext): Promise<string> {
  return (await onFirst(context, `cat ${mark} 2>/dev/null || :\n`, 'read the last restore')).trim();
}

async function noteRestore(context: StepContext): Promise<void> {
  const script = `mkdir -p /var/lib/socle && printf %s ${quote(context.runId)} >${mark}\n`;
  await onFirst(context, script, 'note the restore');
}

async function onFirst(context: StepContext, script: string, label: string): Promise<string> {
  const [first] = context.machines;
  if (first === undefined) throw new PermanentError('the plan has no machine of Vault');
  return (await (await hostOf(context, first)).run(script, { signal: context.signal, label })).stdout;
}
