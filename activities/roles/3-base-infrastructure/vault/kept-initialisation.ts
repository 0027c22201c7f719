import { z } from 'zod';
import type { SealContext } from '../../../../config/secrets-seal.js';
import type { Secrets } from '../../../../config/secrets.js';
import type { Site } from '../../../../config/site.js';
import type { Initialisation, Initialised } from '../../../clients/vault/initialise.js';
import { pgpKeyForVault } from './pgp-key.js';
import { paths } from './server-settings.js';

/**
 * What is kept of an initialisation, beside Vault's storage on every node. Nothing of it can be read there: with
 * custodians only each of them opens its part, with the other two the master key does. `rootToken` goes when it was
 * revoked.
 */
export const KeptInitialisation = z.discriminatedUnion('seal', [
  z.object({ seal: z.literal('sealed'), share: z.string(), rootToken: z.string().optional() }),
  z.object({ seal: z.literal('transit'), recoveryShare: z.string(), rootToken: z.string().optional() }),
  z.object({
    seal: z.literal('custodians'),
    threshold: z.int(),
    shares: z.array(z.object({ custodian: z.string(), encrypted: z.string() })),
    rootToken: z.string().optional(),
  }),
]);
export type KeptInitialisation = z.infer<typeof KeptInitialisation>;

type Source = Pick<Site, 'vault'>;

/** How Vault is asked to make its shares. @throws Error when a custodian's key is none */
export async function initialisationOf(site: Source, secrets: Secrets): Promise<Initialisation> {
  const { unseal } = site.vault;
  if (unseal.kind === 'transit') return { seal: 'automatic', recoveryShares: 1, recoveryThreshold: 1 };
  if (unseal.kind === 'sealed') return { seal: 'shamir', shares: 1, threshold: 1 };
  const keyOf = async (reference: string): Promise<string> =>
    pgpKeyForVault(await secrets.resolve(reference));
  return {
    seal: 'shamir',
    shares: unseal.custodians.length,
    threshold: unseal.threshold,
    pgpKeys: await Promise.all(unseal.custodians.map(({ pgpKey }) => keyOf(pgpKey))),
    rootTokenPgpKey: await keyOf(unseal.rootToken),
  };
}

/** What is written down of Vault's answer. */
export function keep(site: Source, secrets: Secrets, { shares, rootToken }: Initialised): string {
  const { unseal } = site.vault;
  const kept: KeptInitialisation =
    unseal.kind === 'custodians'
      ? {
          seal: 'custodians',
          threshold: unseal.threshold,
          // Vault answers the shares in the order of the keys that it was given.
          shares: unseal.custodians.map(({ name }, index) => ({
            custodian: name,
            encrypted: shares[index]!,
          })),
          rootToken,
        }
      : {
          ...(unseal.kind === 'sealed'
            ? { seal: 'sealed', share: secrets.seal.close(shares[0]!, context('share')) }
            : { seal: 'transit', recoveryShare: secrets.seal.close(shares[0]!, context('recovery-share')) }),
          rootToken: secrets.seal.close(rootToken, context('root-token')),
        };
  return JSON.stringify(kept);
}

/**
 * The shares that this worker can give a node: the one of `sealed`. Custodians give theirs themselves, and with `transit`
 * none is asked for.
 * @throws Error when the master key is another one than the share was sealed with
 */
export function sharesIn(kept: string, secrets: Secrets): string[] {
  const read = KeptInitialisation.parse(JSON.parse(kept));
  return read.seal === 'sealed' ? [secrets.seal.open(read.share, context('share'))] : [];
}

/** The root token, when it is still kept and this worker can read it; a custodians' Vault gives it to a person alone. */
export function rootTokenIn(kept: string, secrets: Secrets): string | undefined {
  const { seal, rootToken } = KeptInitialisation.parse(JSON.parse(kept));
  if (rootToken === undefined || seal === 'custodians') return undefined;
  return secrets.seal.open(rootToken, context('root-token'));
}

/** The same without the root token, once that was revoked. */
export function withoutRootToken(kept: string): string {
  const read = KeptInitialisation.parse(JSON.parse(kept));
  delete read.rootToken;
  return JSON.stringify(read);
}

function context(name: string): SealContext {
  return { name: `vault/${name}`, version: 1, place: paths.initialisation };
}
