import type { Authority } from '../../../../config/certificates/authority.js';
import {
  defaultIssuer,
  importChain,
  issuersOf,
  keyNamed,
  makeKey,
  requestIntermediate,
  setDefaultIssuer,
} from '../../../clients/vault/pki.js';
import type { Vault } from '../../../clients/vault/vault.js';
import { PermanentError } from '../../../errors.js';
import type { Difference } from './difference.js';
import { signIntermediate } from './intermediate.js';
import type { WantedConfiguration } from './wanted-configuration.js';

/**
 * The intermediate that signs for the platform: a key that was made in Vault under a name of our choosing, so that it is
 * found again, and one certificate for it. Since Vault 1.11 an engine takes any number of issuers and refuses none, so
 * nothing is asked for that might add a second one.
 */
export async function* issuerDifferences(
  vault: Vault,
  wanted: WantedConfiguration['intermediate'],
  { authority, now }: { authority: Authority; now: Date },
): AsyncGenerator<Difference> {
  const { keyName, commonName } = wanted;
  const key = async (): Promise<string | undefined> => keyNamed(vault, 'pki', keyName);
  if ((await key()) === undefined)
    yield {
      what: `key ${keyName} of the intermediate`,
      apply: async () => {
        await makeKey(vault, 'pki', keyName);
      },
    };
  const own = async (): Promise<string | undefined> => {
    const keyId = await key();
    if (keyId === undefined) return undefined;
    const issuers = (await issuersOf(vault, 'pki')).filter((issuer) => issuer.keyId === keyId);
    if (issuers.length > 1)
      throw new PermanentError(
        `Vault's PKI has ${issuers.length} issuers with the key ${keyName}. Delete all but the one in use: vault delete pki/issuer/ID`,
      );
    return issuers[0]?.id;
  };
  if ((await own()) === undefined)
    yield {
      what: `certificate of the intermediate`,
      apply: async () => {
        const keyId = await key();
        if (keyId === undefined) throw new Error(`Vault's PKI lost the key ${keyName}`);
        const request = await requestIntermediate(vault, 'pki', keyId, commonName);
        await importChain(vault, 'pki', signIntermediate(authority, request, wanted, now));
      },
    };
  const issuer = await own();
  if (issuer === undefined || (await defaultIssuer(vault, 'pki')) !== issuer)
    yield {
      what: 'default issuer',
      apply: async () => {
        if (issuer !== undefined) await setDefaultIssuer(vault, 'pki', issuer);
      },
    };
}
