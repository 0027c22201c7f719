import {
  ScheduleNotFoundError,
  WorkflowNotFoundError,
  type Client,
  type ScheduleExecutionResult,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { backupScheduleId } from '../../config/scheduled-backup.js';
import { phases, type RoleName } from '../../config/phases.js';
import type { DeploymentInput } from '../../config/plan-types.js';
import type { DeploymentOutcome } from '../../workflows/deployment.js';

/** A run that the schedule started. `failed`: what it could not save, and why, of its first attempt. */
export type BackupRun = {
  workflowId: string;
  scheduledMs: number;
  state: 'running' | 'running again' | 'saved' | 'failed' | 'forgotten';
  saved: string[];
  failed: { role: string; message: string }[];
};

/** What the server knows of a site's scheduled backups; the newest run is the first. */
export type BackupsView = {
  scheduleId: string;
  nextMs?: number;
  /** The words of whoever paused it; empty when there are none. */
  paused?: string;
  roles: string[];
  runs: BackupRun[];
};

/** Reads the schedule of a site's backups and the runs that it started last; undefined when there is none. */
export async function readBackups(client: Client, site: string): Promise<BackupsView | undefined> {
  const scheduleId = backupScheduleId(site);
  try {
    const { action, state, info } = await client.schedule.getHandle(scheduleId).describe();
    const [input] = action.args as unknown as [DeploymentInput];
    const runs = await Promise.all(info.recentActions.map((started) => readRun(client, started)));
    const [next] = info.nextActionTimes;
    return {
      scheduleId,
      ...(next && !state.paused && { nextMs: next.getTime() }),
      ...(state.paused && { paused: state.note ?? '' }),
      roles: rolesOf(input),
      runs: runs.sort((one, other) => other.scheduledMs - one.scheduledMs),
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

function rolesOf({ plan }: DeploymentInput): RoleName[] {
  return plan.phases.flatMap(({ roles }) => roles.map(({ name }) => name));
}

async function readRun(
  client: Client,
  { scheduledAt, action: { workflow } }: ScheduleExecutionResult,
): Promise<BackupRun> {
  const { workflowId, firstExecutionRunId } = workflow;
  const started = { workflowId, scheduledMs: scheduledAt.getTime() };
  const latest = await describe(client, workflowId);
  if (latest === undefined) return { ...started, state: 'forgotten', saved: [], failed: [] };
  const isRunning = latest.status.name === 'RUNNING';
  // A run that failed is started again under the same id: what failed is known from the one before.
  const isAgain = isRunning && latest.runId !== firstExecutionRunId;
  const told = isAgain ? ((await describe(client, workflowId, firstExecutionRunId)) ?? latest) : latest;
  const ended = latest.status.name === 'COMPLETED' ? 'saved' : 'failed';
  return {
    ...started,
    state: isAgain ? 'running again' : isRunning ? 'running' : ended,
    ...resultsOf(told),
  };
}

async function describe(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The run's memo names its roles and, once it has ended, its outcome. */
function resultsOf({ memo }: WorkflowExecutionDescription): Pick<BackupRun, 'saved' | 'failed'> {
  const roles = (memo?.['roles'] as string[] | undefined) ?? [];
  const outcome = memo?.['outcome'] as DeploymentOutcome | undefined;
  const summaries = (outcome?.phases ?? []).flatMap(({ name, summary }) =>
    summary ? [{ name, summary }] : [],
  );
  const failed = summaries.flatMap(({ summary }) =>
    summary.failed.map(({ role, message }) => ({ role, message })),
  );
  const attempted = phases
    .filter(({ name }) => summaries.some((phase) => phase.name === name))
    .flatMap((phase) => phase.roles);
  const isSaved = (role: string): boolean =>
    attempted.some((name) => name === role) && !failed.some((one) => one.role === role);
  return { saved: roles.filter(isSaved), failed };
}
