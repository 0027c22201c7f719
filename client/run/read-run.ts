import {
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { exitCodes, UserError } from '../../config/errors.js';
import type { DeploymentProgress, PhaseProgress } from '../../workflows/progress.js';
import { readFromHistory } from './from-history.js';
import type { PendingStep, RunView } from './view.js';

const answerWithinMs = 3_000;
const describeWithinMs = 5_000;

/**
 * Reads what is known of a run: by query when a worker answers within 3 s, from the memo, the descriptions and the histories otherwise.
 * @param site the site's name, or a whole workflow id such as `check/…`.
 * @throws UserError when there is no run of that name.
 */
export async function readRun(client: Client, site: string): Promise<RunView> {
  const workflowId = site.includes('/') ? site : `site/${site}`;
  const handle = client.workflow.getHandle(workflowId);
  const description = await describe(client, handle, site);
  const { memo, runId, startTime, closeTime, status, taskQueue } = description;
  const view: RunView = {
    site: memoText(memo, 'site') ?? site,
    workflowId,
    runId,
    // The server's enum has one l, the SDK's name for it two.
    status: (status.name === 'CANCELLED' ? 'CANCELED' : status.name) as RunView['status'],
    startedMs: startTime.getTime(),
    ...(closeTime && { endedMs: closeTime.getTime() }),
    mode: memoText(memo, 'mode') ?? 'apply',
    hash: memoText(memo, 'hash') ?? '',
    open: {},
    pending: pendingOf(description),
  };
  const running = view.status === 'RUNNING';
  const progress = running ? await ask<DeploymentProgress>(client, workflowId, runId) : outcomeOf(view, memo);
  if (progress) view.progress = progress;
  else if (running) view.noWorker = await readFromHistory(client, view, taskQueue);
  if (running) await readOpenPhases(client, view);
  if (view.status === 'FAILED') view.failure = await failureOf(client, workflowId, runId);
  return view;
}

async function describe(
  client: Client,
  handle: { describe: () => Promise<WorkflowExecutionDescription> },
  site: string,
): Promise<WorkflowExecutionDescription> {
  try {
    // Without a limit the SDK tries a server that is away for 20 s before it says so.
    return await client.connection.withDeadline(Date.now() + describeWithinMs, () => handle.describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new UserError(`There is no run of ${site}. See: socle list`, exitCodes.notFound);
    throw error;
  }
}

/** A finished run's outcome stands in its memo, readable without a worker. */
function outcomeOf(view: RunView, memo: Record<string, unknown> | undefined): DeploymentProgress | undefined {
  const outcome = memo?.['outcome'] as
    Pick<DeploymentProgress, 'state' | 'phases' | 'gates' | 'preflight'> | undefined;
  if (!outcome) return undefined;
  const { site, mode, hash, startedMs } = view;
  return {
    version: 1,
    site,
    mode,
    hash,
    startedMs,
    startedBy: memoText(memo, 'startedBy') ?? '',
    ...outcome,
  };
}

async function readOpenPhases(client: Client, view: RunView): Promise<void> {
  await Promise.all(
    openChildren(view.progress).map(async (name) => {
      const workflowId = `${view.workflowId}/${name}`;
      const handle = client.workflow.getHandle(workflowId);
      const description = await handle.describe().catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
      // A child's id alone also finds the previous run's phase.
      if (description?.status.name !== 'RUNNING' || description.parentExecution?.runId !== view.runId) return;
      view.pending.push(...pendingOf(description));
      const progress = await ask<PhaseProgress>(client, workflowId, description.runId);
      if (progress) view.open[name] = progress;
    }),
  );
}

/** What may be at work now: phases, and the checks before a gate opens. */
function openChildren(progress: DeploymentProgress | undefined): string[] {
  if (progress?.state === 'preflight') return ['preflight'];
  return (progress?.phases ?? []).flatMap(({ name, state }) => {
    if (state === 'running') return [name];
    return state === 'gate' ? [`${name}/check`, `${name}/preflight`] : [];
  });
}

/** A query; undefined when no worker answered in time. */
async function ask<T>(client: Client, workflowId: string, runId: string): Promise<T | undefined> {
  try {
    return await client.connection.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.getHandle(workflowId, runId).query<T>('progress'),
    );
  } catch (error) {
    // Deadline, no poller, or a query that came before the first workflow task: all mean "no answer now". At the
    // deadline itself the server may say first that the call was cancelled.
    if (/deadline|cancelled|poller|not answered|UNAVAILABLE|before|unknown queryType/i.test(textOf(error)))
      return undefined;
    throw error;
  }
}

function pendingOf(description: WorkflowExecutionDescription): PendingStep[] {
  return (description.raw.pendingActivities ?? []).map((pending) => {
    const failure = pending.lastFailure?.message;
    return {
      activity: pending.activityType?.name ?? '',
      ...heartbeatOf(pending.heartbeatDetails?.payloads?.[0]?.data),
      attempt: pending.attempt ?? 1,
      ...(failure != null && { lastFailure: failure }),
    };
  });
}

/** The last heartbeat says which target and what of it; a step that was never started has none. */
function heartbeatOf(data: Uint8Array | null | undefined): Pick<PendingStep, 'target' | 'resource'> {
  if (!data) return { target: '' };
  const { target, resource } = JSON.parse(Buffer.from(data).toString('utf8')) as Partial<PendingStep>;
  return { target: target ?? '', ...(resource !== undefined && { resource }) };
}

async function failureOf(client: Client, workflowId: string, runId: string): Promise<string> {
  try {
    await client.workflow.getHandle(workflowId, runId).result();
    return '';
  } catch (error) {
    if (error instanceof WorkflowFailedError) return error.cause?.message ?? error.message;
    throw error;
  }
}

function memoText(memo: Record<string, unknown> | undefined, name: string): string | undefined {
  const value = memo?.[name];
  return typeof value === 'string' ? value : undefined;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return error.message + textOf(error.cause);
}
