import { z } from 'zod';
import type { Vault } from './vault.js';

/** How the new Vault's shares are made. PGP keys are public keys, binary in base64, one for each share in their order. */
export type Initialisation = (
  | { seal: 'shamir'; shares: number; threshold: number; pgpKeys?: readonly string[] }
  /** Another system opens it; its shares recover, they do not unseal. */
  | { seal: 'automatic'; recoveryShares: number; recoveryThreshold: number }
) & { rootTokenPgpKey?: string };

/** Shares and token in clear, or encrypted where a PGP key was given: shares in hexadecimal, the token in base64. */
export type Initialised = { shares: string[]; rootToken: string };

const Status = z.object({ initialized: z.boolean() });

/** Whether this node, or the cluster that it is joining, has been initialised. */
export async function isInitialised(vault: Vault): Promise<boolean> {
  return (await vault.request({ method: 'GET', path: 'sys/init', answer: Status })).body.initialized;
}

const Answer = z.object({
  keys: z.array(z.string()),
  recovery_keys: z.array(z.string()).optional(),
  root_token: z.string(),
});

/**
 * Initialises Vault. It works once; what it answers is nowhere else and is never answered again.
 * @throws ApiError 400 when it has been initialised already
 * @see https://developer.hashicorp.com/vault/api-docs/system/init
 */
export async function initialise(vault: Vault, wanted: Initialisation): Promise<Initialised> {
  const { body } = await vault.request({
    method: 'PUT',
    path: 'sys/init',
    body: {
      ...(wanted.seal === 'shamir'
        ? {
            secret_shares: wanted.shares,
            secret_threshold: wanted.threshold,
            ...(wanted.pgpKeys === undefined ? {} : { pgp_keys: wanted.pgpKeys }),
          }
        : { recovery_shares: wanted.recoveryShares, recovery_threshold: wanted.recoveryThreshold }),
      ...(wanted.rootTokenPgpKey === undefined ? {} : { root_token_pgp_key: wanted.rootTokenPgpKey }),
    },
    answer: Answer,
  });
  return { shares: body.recovery_keys ?? body.keys, rootToken: body.root_token };
}
