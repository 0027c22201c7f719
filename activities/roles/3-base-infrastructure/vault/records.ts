import type { Machine } from '../../../../config/machine.js';
import { forEachMachine } from '../../../host/for-each-machine.js';
import { hostOf } from '../../../host/host-of.js';
import { PermanentError } from '../../../errors.js';
import { initialisationPlace } from './initialisation-place.js';
import type { InitialisationRecord } from './initialise-once.js';
import { KeptInitialisation, withoutRootToken } from './kept-initialisation.js';
import type { VaultContext } from './nodes.js';
import { paths } from './server-settings.js';

/** What each machine's disk says of the initialisation, in the order of the machines. */
export async function recordsOf(
  context: VaultContext,
  machines: readonly Machine[],
): Promise<InitialisationRecord[]> {
  return forEachMachine(context, machines, (_, host) => initialisationPlace(host, context).read());
}

/**
 * What was kept, from whichever machine has it: each has a copy, so that one that is replaced gets it back. Once a machine
 * knows of no root token it was revoked, whatever an older copy says.
 * @throws PermanentError when copies are of different initialisations
 */
export async function keptAnywhere(context: VaultContext): Promise<string | undefined> {
  const records = await recordsOf(context, context.machines);
  const kept = [...new Set(records.flatMap((record) => (record.state === 'kept' ? [record.kept] : [])))];
  const identities = new Set(kept.map(withoutRootToken));
  if (identities.size > 1)
    throw new PermanentError(
      `${context.machines.map(({ name }) => name).join(', ')} keep shares of different Vaults in ${paths.initialisation}: keep the file that belongs to the Vault you want, and remove the others`,
    );
  return kept.find((text) => KeptInitialisation.parse(JSON.parse(text)).rootToken === undefined) ?? kept[0];
}

/** Writes a machine's copy, in place of the one it has. */
export async function keepOn(context: VaultContext, machine: Machine, kept: string): Promise<void> {
  await initialisationPlace(await hostOf(context, machine), context).copy(kept);
}
