import { removedData } from '../../config/data-roles.js';
import type { RoleDeclaration } from '../../config/declaration.js';
import type { BackupsInput } from '../../config/plan-types.js';
import { PermanentError } from '../errors.js';
import { onPlan } from '../on-plan.js';
import { missingBackups, type NewestBackup } from './missing-backups.js';

/**
 * Looks at the backup target before a removal changes anything.
 * @throws ApplicationFailure, not retryable, that names each role whose data would be gone without a backup of the last day
 */
export async function requireBackups(
  input: BackupsInput,
  declarations: readonly RoleDeclaration[],
): Promise<void> {
  await onPlan(input, 'newest backups', async ({ plan, secrets, signal }) => {
    const { site } = plan;
    const roles = removedData(plan, declarations);
    if (roles.length === 0) return;
    if (site.backup?.kind !== 's3')
      throw new PermanentError(
        `${site.name} has no backup target that this version reads, and the data of ${roles.join(', ')} would be gone`,
      );
    const { backupTarget } = await import('./target.js');
    const target = await backupTarget(site, secrets, signal);
    const newest = await Promise.all(
      roles.map(async (role): Promise<NewestBackup> => ({ role, at: (await target.list(role)).at(-1)?.at })),
    );
    const missing = missingBackups(newest, new Date());
    if (missing !== undefined) throw new PermanentError(missing);
  });
}
