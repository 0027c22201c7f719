import { randomUUID } from 'node:crypto';
import {
  initialise,
  isInitialised,
  type Initialisation,
  type Initialised,
} from '../../../clients/vault/initialise.js';
import type { Vault } from '../../../clients/vault/vault.js';
import { NotReadyError, PermanentError } from '../../../errors.js';

/**
 * What the first machine's disk says, beside Vault's storage. `asked`: somebody may have asked Vault to initialise itself
 * and nobody has kept an answer. `kept`: an answer was kept, and that one alone.
 */
export type InitialisationRecord =
  { state: 'none' } | { state: 'asked'; attempt: string } | { state: 'kept'; kept: string };

/**
 * The record and the storage beside it. Each method is one locked step on the machine, on its disk before it answers.
 * Those that change something do so only in the state that they name, and answer whether they did.
 */
export type InitialisationPlace = {
  read: () => Promise<InitialisationRecord>;
  /** From anything but `kept` to `asked` by this attempt. */
  ask: (attempt: string) => Promise<boolean>;
  /** From `asked` by this attempt to `kept`. */
  keep: (attempt: string, kept: string) => Promise<boolean>;
  /** In `asked` by this attempt: stops Vault, empties its storage and starts it again. */
  empty: (attempt: string) => Promise<boolean>;
};

export type FirstInitialisation = {
  /** The node that is initialised, always the same one; it answers. */
  first: Vault;
  /** The other nodes; those that do not run yet are left out. */
  others: readonly Vault[];
  place: InitialisationPlace;
  wanted: Initialisation;
  /** What is written down of the answer: sealed, or encrypted by Vault already. */
  seal: (answer: Initialised) => string;
};

/**
 * Initialises Vault exactly once although its answer may be lost, and answers what was kept of that answer.
 *
 * Vault draws its shares and root token itself, answers them once and keeps no copy: there is no identity to choose, no
 * way to ask again, and PGP keys change only who can read the answer. A Vault whose shares nobody has is a closed box
 * that can never be opened. But as long as nobody has its shares, nobody can have put anything into it: no node has been
 * unsealed, so none has joined and nothing was written. So to lose that box loses nothing, and this is what is done.
 *
 * 1. Before Vault is asked, the disk says `asked`, with the attempt that asks.
 * 2. The answer is written down only while it is still that attempt's turn; only then is anybody given a share.
 * 3. An attempt that finds `asked` and an initialised Vault knows that the answer is lost, or is in the hands of an
 *    attempt that stalled. It takes the turn first, so that the other one can keep nothing any more, and then empties the
 *    storage and asks again. A request of the other one that arrives late initialises a Vault that is found and emptied
 *    in the same way by whoever comes next.
 *
 * With an automatic seal Vault opens itself as soon as it is initialised, so others could join without a share. Hence the
 * other nodes are started only after this is done, and nothing is ever emptied when one of them has been initialised.
 *
 * @throws PermanentError when a Vault is there that Socle did not initialise: it is never emptied
 * @throws NotReadyError when another attempt took the turn
 * @see https://developer.hashicorp.com/vault/api-docs/system/init
 */
export async function initialiseOnce(work: FirstInitialisation): Promise<string> {
  const { first, others, place, wanted, seal } = work;
  const record = await place.read();
  if (record.state === 'kept') return record.kept;
  for (const other of others) {
    if (await isInitialised(other))
      throw new PermanentError(
        `${other.url} belongs to a Vault whose shares were not kept here. Empty its storage if it is of no use, or restore the file with the shares`,
      );
  }
  const found = await isInitialised(first);
  if (found && record.state === 'none')
    throw new PermanentError(
      `${first.url} was initialised by somebody else: nothing here says that Socle asked for it. Empty its storage if it is of no use`,
    );
  const attempt = randomUUID();
  if (!(await place.ask(attempt))) throw taken();
  if (found && !(await place.empty(attempt))) throw taken();
  const kept = seal(await initialise(first, wanted));
  if (!(await place.keep(attempt, kept))) throw taken();
  return kept;
}

function taken(): NotReadyError {
  return new NotReadyError('Vault to be initialised', 'another attempt is at it');
}
