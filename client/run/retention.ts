import { exitCodes, UserError } from '../../config/errors.js';
import type { Connected } from '../connect.js';

const wantedDays = 365;
const leastDays = 30;
const daySeconds = 86_400;

/**
 * Finished runs must stay readable: sets a namespace that nobody configured (a development server keeps a day) to a
 * year, leaves any other at 30 days or more alone.
 * @throws UserError when the namespace keeps runs for less than 30 days and may not be changed.
 */
export async function ensureRetention({ client, namespace }: Connected): Promise<void> {
  const { workflowService } = client.connection;
  const described = await workflowService.describeNamespace({ namespace });
  const keptDays = Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0) / daySeconds;
  if (keptDays >= leastDays) return;
  try {
    await workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: { seconds: (daySeconds * wantedDays) as never } },
    });
  } catch (error) {
    throw new UserError(
      `The namespace ${namespace} keeps finished runs for ${keptDays} days, Socle needs ${leastDays} (${(error as Error).message}).\n` +
        `Type: temporal operator namespace update --retention ${wantedDays}d ${namespace}`,
      exitCodes.prerequisite,
    );
  }
}
