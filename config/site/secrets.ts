import { z } from 'zod';
import { WebUrl } from './address.js';
import { EarlyReference } from './reference.js';
import { DisplayName } from './text.js';

const version = z.int().min(1).default(1);

/** The master key and the version of each secret derived from it; raising a version by one rotates that secret. */
export const SiteSecrets = z.strictObject({
  master: EarlyReference,
  versions: z
    .strictObject({
      hostKeys: version,
      operatorKey: version,
      rke2Tokens: version,
      registryPassword: version,
      gogsPassword: version,
    })
    .prefault({}),
});
export type SiteSecrets = z.infer<typeof SiteSecrets>;

const Custodian = z.strictObject({ name: DisplayName, pgpKey: EarlyReference });

/** How Vault's seal is opened after a restart: DESIGN 7. */
export const VaultUnseal = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('custodians'),
    threshold: z.int().min(2),
    custodians: z.array(Custodian).min(2),
    rootToken: EarlyReference,
  }),
  z.strictObject({
    kind: z.literal('transit'),
    url: WebUrl,
    key: z.string().min(1),
    token: EarlyReference,
    ca: EarlyReference.optional(),
  }),
  z.strictObject({ kind: z.literal('sealed') }),
]);

export const Vault = z.strictObject({ unseal: VaultUnseal.default({ kind: 'sealed' }) }).prefault({});
export type Vault = z.infer<typeof Vault>;

/** `platform`: Socle makes the root. `customer`: the run writes a signing request and waits for the certificate. */
export const Certificates = z
  .strictObject({ root: z.enum(['platform', 'customer']).default('platform') })
  .prefault({});
