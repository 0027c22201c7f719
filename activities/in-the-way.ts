import { ScheduleNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { backupScheduleId } from '../config/scheduled-backup.js';
import { phaseNames } from '../config/phases.js';
import type { Plan, PlanRun } from '../config/plan-types.js';

/** Everything open that a run must not work beside, in words for whoever waits. */
export async function inTheWay(client: Client, plan: Plan, { workflowId }: PlanRun): Promise<string[]> {
  const phases = await openPhases(client, workflowId);
  return [...phases.map((id) => `${id} of an earlier run`), ...(await otherRuns(client, plan, workflowId))];
}

/**
 * A backup stands beside a deployment, which leaves data where it is. A restore or a removal does not: what a backup finds
 * while one is at work may be half of it.
 */
async function otherRuns(client: Client, plan: Plan, workflowId: string): Promise<string[]> {
  const { name } = plan.site;
  const id = backupScheduleId(name);
  if (workflowId.startsWith(`${id}-`)) {
    const siteRun = await describe(client, `site/${name}`);
    const mode = siteRun?.memo?.['mode'];
    const waits = siteRun?.status.name === 'RUNNING' && (mode === 'operation' || mode === 'remove');
    return waits ? [`the ${mode} of ${name}`] : [];
  }
  if (plan.mode !== 'operation' && plan.mode !== 'remove') return [];
  const backups = await runningBackups(client, id);
  const open = await Promise.all(backups.map((run) => openPhases(client, run)));
  return open.flat().map((phase) => `the scheduled ${phase}`);
}

async function runningBackups(client: Client, id: string): Promise<string[]> {
  try {
    const { info } = await client.schedule.getHandle(id).describe();
    return info.runningActions.map(({ workflow }) => workflow.workflowId);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return [];
    throw error;
  }
}

async function openPhases(client: Client, workflowId: string): Promise<string[]> {
  const children = [
    'preflight',
    ...phaseNames.flatMap((phase) => [phase, `${phase}/check`, `${phase}/preflight`]),
  ];
  const ids = children.map((child) => `${workflowId}/${child}`);
  const described = await Promise.all(ids.map((id) => describe(client, id)));
  return ids.filter((_id, index) => described[index]?.status.name === 'RUNNING');
}

async function describe(client: Client, workflowId: string) {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
