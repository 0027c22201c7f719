import { ScheduleAlreadyRunning, ScheduleNotFoundError, type Client } from '@temporalio/client';
import { backupScheduleId, scheduledBackup } from '../../config/scheduled-backup.js';
import { canonicalJson } from '../../config/canonical-json.js';
import { dataRoles, removedData } from '../../config/data-roles.js';
import type { RoleDeclaration } from '../../config/declaration.js';
import type { BackupsInput, DeploymentInput, Plan } from '../../config/plan-types.js';
import type { RoleName } from '../../config/phases.js';
import { NotReadyError } from '../errors.js';
import { onPlan } from '../on-plan.js';
import { backupSchedule } from './backup-schedule.js';

/**
 * Makes the site's schedule of backups what it must be after this run: there with the roles that have data and are in
 * place, of this run or an earlier one, or gone. The schedule itself is the record of which these are. Whoever paused it
 * finds it paused.
 */
export async function scheduleBackups(
  input: BackupsInput,
  declarations: readonly RoleDeclaration[],
): Promise<void> {
  await onPlan(input, 'schedule of the backups', async ({ plan, client }) => {
    const id = backupScheduleId(plan.site.name);
    const before = await scheduledInput(client, id);
    const roles = wantedRoles(plan, input.inPlace, before, declarations);
    const wanted = roles.length === 0 ? undefined : scheduledBackup(plan, roles, declarations, input.options);
    if (isSame(before, wanted)) return;
    if (wanted === undefined) await remove(client, id);
    else await put(client, id, wanted, before !== undefined);
    if (!isSame(await scheduledInput(client, id), wanted))
      throw new NotReadyError(`the schedule ${id} with what was just written`, 'what it was before');
  });
}

/** What the schedule starts its runs with; undefined when there is none. */
export async function scheduledInput(client: Client, id: string): Promise<DeploymentInput | undefined> {
  try {
    const { action } = await client.schedule.getHandle(id).describe();
    return action.args?.[0] as DeploymentInput | undefined;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

function wantedRoles(
  plan: Plan,
  inPlace: readonly RoleName[],
  before: DeploymentInput | undefined,
  declarations: readonly RoleDeclaration[],
): RoleName[] {
  if (plan.site.backup === undefined) return [];
  const scheduled = (before?.plan.phases ?? []).flatMap(({ roles }) => roles.map(({ name }) => name));
  const removed = plan.mode === 'remove' ? removedData(plan, declarations) : [];
  return dataRoles(plan.site, declarations).filter(
    (name) => (scheduled.includes(name) || inPlace.includes(name)) && !removed.includes(name),
  );
}

async function put(client: Client, id: string, wanted: DeploymentInput, exists: boolean): Promise<void> {
  const schedule = backupSchedule(wanted);
  if (exists) {
    await client.schedule.getHandle(id).update((previous) => ({ ...previous, ...schedule }));
    return;
  }
  try {
    await client.schedule.create({ scheduleId: id, ...schedule });
  } catch (error) {
    // An attempt before this one made it and lost the answer: what is there is looked at next.
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

async function remove(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(id).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

function isSame(one: DeploymentInput | undefined, other: DeploymentInput | undefined): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}
