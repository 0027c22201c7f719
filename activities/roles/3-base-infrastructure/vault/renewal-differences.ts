import { X509Certificate } from 'node:crypto';
import type { Authority } from '../../../../config/certificates/authority.js';
import { readCertificateRole, writeCertificateRole } from '../../../clients/vault/certificate-login.js';
import { mountsOf } from '../../../clients/vault/mounts.js';
import { defaultIssuer, issuersOf } from '../../../clients/vault/pki.js';
import type { Vault } from '../../../clients/vault/vault.js';
import type { Difference } from './difference.js';
import { policyDifference } from './policy-difference.js';
import { renewalPolicy } from './policies.js';
import type { WantedConfiguration } from './wanted-configuration.js';

/**
 * Machines log in with the certificate that they have and get their own one signed anew: two roles, since the first
 * certificate comes from the platform's authority and those after it from Vault's intermediate. A role takes one
 * authority only.
 */
export async function* renewalDifferences(
  vault: Vault,
  { machines, policy, tokenSeconds }: WantedConfiguration['renewal'],
  authority: Authority,
): AsyncGenerator<Difference> {
  const accessor = (await mountsOf(vault, 'auth')).get('cert')?.accessor;
  yield* policyDifference(vault, policy, renewalPolicy(accessor ?? 'none'));
  const signing = await defaultIssuer(vault, 'pki');
  const intermediate = (await issuersOf(vault, 'pki')).find(({ id }) => id === signing)?.certificate;
  const firstIssuer = authority.above === '' ? authority.root : authority.above;
  const roles = { 'machine-first': firstIssuer, machine: intermediate };
  for (const [name, certificate] of Object.entries(roles)) {
    const current = await readCertificateRole(vault, name);
    const same =
      current !== undefined &&
      certificate !== undefined &&
      fingerprint(current.certificate) === fingerprint(certificate) &&
      current.commonNames.join() === machines.join() &&
      current.policies.join() === policy &&
      current.tokenSeconds === tokenSeconds;
    if (!same)
      yield {
        what: `login by certificate: ${name}`,
        apply: async () => {
          if (certificate === undefined) throw new Error("Vault's PKI has no issuer");
          const role = { certificate, commonNames: machines, policies: [policy], tokenSeconds };
          await writeCertificateRole(vault, name, role);
        },
      };
  }
}

function fingerprint(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}
