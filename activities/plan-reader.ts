import proto from '@temporalio/proto';
import type { Client } from '@temporalio/client';
import { hashOf } from '../config/canonical-json.js';
import { deploymentInput } from '../config/deployment-input.js';
import type { Plan, PlanRun } from '../config/plan-types.js';
import { PermanentError } from './errors.js';

const cached = new Map<string, Promise<Plan>>();
const maximumCached = 50;

/**
 * The plan of a run, read once per worker and hash from the run's first history event.
 * @throws PermanentError when the plan there does not have the hash that was approved.
 */
export function readPlan(client: Client, planRun: PlanRun, hash: string): Promise<Plan> {
  const known = cached.get(hash);
  if (known) return known;
  const reading = fetchPlan(client, planRun, hash);
  cached.set(hash, reading);
  reading.catch(() => cached.delete(hash));
  const oldest = cached.keys().next().value;
  if (cached.size > maximumCached && oldest !== undefined) cached.delete(oldest);
  return reading;
}

async function fetchPlan(client: Client, { workflowId, runId }: PlanRun, hash: string): Promise<Plan> {
  const answer = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
    historyEventFilterType:
      proto.temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT,
  });
  const { plan } = await deploymentInput(client, answer.history?.events?.[0]);
  if (hashOf(plan) !== hash)
    throw new PermanentError(
      `the plan of ${workflowId} does not have the hash ${hash.slice(0, 8)} that was approved`,
    );
  return plan;
}
