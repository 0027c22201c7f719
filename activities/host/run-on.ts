import type { Machine } from '../../config/machine.js';
import type { StepContext } from '../role.js';
import { hostOf } from './host-of.js';

/**
 * Runs a script as root on a machine after its preparation.
 * @param label names it in errors
 * @returns what it printed
 */
export async function runOn(
  context: Pick<StepContext, 'site' | 'secrets' | 'signal'>,
  machine: Machine,
  script: string,
  label: string,
): Promise<string> {
  const { signal, secrets } = context;
  const options = { signal, redact: secrets.redact, label };
  return (await (await hostOf(context, machine)).run(script, options)).stdout;
}
