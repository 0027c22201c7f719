import { z } from 'zod';
import { WebUrl } from './address.js';
import { EarlyReference } from './reference.js';
import { DisplayName, ofText } from './text.js';

const version = z.int().min(1).default(1);

/** The master key and the version of each secret derived from it; raising a version by one rotates that secret. */
export const SiteSecrets = z.strictObject({
  master: EarlyReference.describe('32 random bytes in base64; never used directly'),
  versions: z
    .strictObject({
      hostKeys: version.describe('SSH host keys'),
      operatorKey: version.describe("the key of Socle's own account"),
      authority: version.describe("the key of the platform's certificate authority"),
      rke2Tokens: version.describe('cluster tokens'),
      registryPassword: version.describe('first password of the registry'),
      gogsPassword: version.describe('first password of Gogs'),
    })
    .prefault({})
    .describe('Versions of the secrets derived from the master key; raise one to rotate that secret'),
});
export type SiteSecrets = z.infer<typeof SiteSecrets>;

const Custodian = z.strictObject({
  name: DisplayName.describe('Who holds the share'),
  pgpKey: EarlyReference.describe('Public PGP key that the share is encrypted to'),
});

/** How Vault's seal is opened after a restart. */
export const VaultUnseal = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('custodians').describe('Production: k of n people hold shares'),
    threshold: z.int().min(2).describe('Shares needed to open'),
    custodians: z.array(Custodian).min(2).describe('People who hold shares'),
    rootToken: EarlyReference.describe('Public PGP key that the root token is encrypted to'),
  }),
  z.strictObject({
    kind: z.literal('transit').describe('Another Vault opens it'),
    url: WebUrl.describe('Address of the other Vault'),
    key: z.string().min(1).describe('Name of the transit key'),
    token: EarlyReference.describe('Token for the transit key'),
    ca: EarlyReference.optional().describe('PEM of the authority that signed its certificate'),
  }),
  z.strictObject({
    kind: z
      .literal('sealed')
      .describe('One share, sealed with the master key: demonstrations and small sites'),
  }),
]);

export const Vault = z
  .strictObject({
    unseal: VaultUnseal.default({ kind: 'sealed' }).describe("How Vault's seal is opened after a restart"),
  })
  .prefault({});
export type Vault = z.infer<typeof Vault>;

export const Certificates = z
  .strictObject({
    root: z
      .enum(['platform', 'customer'])
      .default('platform')
      .describe(
        "platform: Socle's own root signs. customer: yours does; socle certificates --request writes the request",
      ),
    since: z.iso
      .date({ error: ofText('is not a date. Write it as 2026-01-31') })
      .default('2026-01-01')
      .describe("First day of the platform's root, which is valid for ten years; never change it"),
    chain: EarlyReference.optional().describe(
      'PEM of what your authority answered to the request, then those above it, the root last; with root: customer',
    ),
  })
  .prefault({});
