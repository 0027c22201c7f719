import { exitCodes, UserError } from '../../config/errors.js';
import type { Connected } from '../connect.js';

const leastDays = 30;
const advisedDays = 365;
const daySeconds = 86_400;

/**
 * Finished runs must stay readable. The server that Socle starts itself keeps them for a year; somebody else's is not
 * changed behind their back.
 * @throws UserError with what to type when the namespace keeps runs for less than 30 days.
 */
export async function refuseShortRetention({ client, namespace }: Connected): Promise<void> {
  const { config } = await client.connection.workflowService.describeNamespace({ namespace });
  const keptDays = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / daySeconds;
  if (keptDays >= leastDays) return;
  throw new UserError(
    `The namespace ${namespace} keeps finished runs for ${keptDays} days, Socle wants ${leastDays} at least.\n` +
      `Type: temporal operator namespace update --namespace ${namespace} --retention ${advisedDays}d`,
    exitCodes.prerequisite,
  );
}
