import type { Client } from '@temporalio/client';
import type proto from '@temporalio/proto';
import type { DeploymentInput } from './plan-types.js';

/**
 * What a run was started with, from its first history event.
 * @throws Error when that event holds none.
 */
export async function deploymentInput(
  client: Client,
  first: proto.temporal.api.history.v1.IHistoryEvent | undefined,
): Promise<DeploymentInput> {
  const started = first?.workflowExecutionStartedEventAttributes;
  const payload = started?.input?.payloads?.[0];
  if (!payload) throw new Error(`the first history event of ${started?.workflowId ?? 'a run'} holds no plan`);
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  const decoded = await payloadCodecs.reduceRight(
    async (payloads, codec) => codec.decode(await payloads),
    Promise.resolve([payload]),
  );
  return payloadConverter.fromPayload<DeploymentInput>(decoded[0]!);
}
