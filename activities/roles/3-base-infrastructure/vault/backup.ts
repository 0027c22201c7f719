import { z } from 'zod';
import { restoreStep, saveStep, type RoleData } from '../../../backup/operations.js';
import { NotReadyError, PermanentError } from '../../../errors.js';
import type { StepContext } from '../../../role.js';
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

/** A snapshot of all that Vault holds; what opens it takes the place of what the machines keep. */
const data: RoleData = {
  role,
  thing: 'snapshot',
  read: async (context) => {
    const vault = await activeVault(context);
    const initialisation = await keptAnywhere(context);
    if (initialisation === undefined)
      throw new PermanentError('no machine keeps what opens Vault: a snapshot alone would be worth nothing');
    const { takeSnapshot } = await import('../../../clients/vault/raft.js');
    const snapshot = (await takeSnapshot(vault)).toString('base64');
    return Buffer.from(JSON.stringify({ initialisation: withoutRootToken(initialisation), snapshot }));
  },
  replace: async (context, content) => {
    const backup = VaultBackup.parse(JSON.parse(content.toString()));
    const vault = await activeVault(context);
    const kept = await keptAnywhere(context);
    const isOther = kept === undefined || withoutRootToken(kept) !== backup.initialisation;
    const { restoreSnapshot } = await import('../../../clients/vault/raft.js');
    await restoreSnapshot(vault, Buffer.from(backup.snapshot, 'base64'), isOther);
    for (const machine of context.machines) await keepOn(context, machine, backup.initialisation);
  },
};

export const backupOperations = {
  backup: { title: 'Save a snapshot of Vault at the backup target', steps: [saveStep(data)] },
  restore: {
    title: 'Put the newest snapshot in place of all that Vault holds',
    steps: [
      restoreStep(data),
      { ...runningStep, after: [`${role}.restore.snapshot`] },
      { ...configureStep, after: [`${role}.restore.running`] },
    ],
  },
};

async function activeVault(context: StepContext): Promise<Vault> {
  const active = await activeNode(context);
  const vault = active && (await asOrchestrator(context, active));
  if (vault !== undefined) return vault;
  throw new NotReadyError(
    'a node of Vault that leads and lets Socle in',
    `first: socle deploy FILE --only ${role}`,
  );
}
