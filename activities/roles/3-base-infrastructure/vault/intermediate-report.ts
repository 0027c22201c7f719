import { X509Certificate } from 'node:crypto';
import { certificateFacts } from '../../../../config/certificates/facts.js';
import type { CertificateReport } from '../../../../config/certificates/report.js';
import { lookStep } from '../../../certificates/certificates-operation.js';
import { siteAuthority } from '../../../certificates/site-authority.js';
import type { StepContext } from '../../../role.js';
import { asOrchestrator } from './log-in.js';
import { activeNode } from './nodes.js';

const place = 'PKI of Vault';

/** The authority inside Vault that renewed certificates are signed by. */
export const intermediateLook = lookStep({
  id: 'intermediate',
  title: "look at Vault's intermediate",
  on: 'site',
  look: lookAtIntermediate,
});

async function lookAtIntermediate(context: StepContext): Promise<CertificateReport> {
  const active = await activeNode(context);
  const vault = active && (await asOrchestrator(context, active));
  if (vault === undefined)
    return { place, problems: ['no node of Vault lets Socle in: socle vault status FILE'] };
  const { issuersOf } = await import('../../../clients/vault/pki.js');
  const own = (await issuersOf(vault, 'pki')).find(({ keyId }) => keyId !== '');
  if (own === undefined) return { place, problems: ['missing'] };
  const facts = certificateFacts('Intermediate of Vault', own.certificate);
  return { place, facts, problems: problemsOf(own.certificate, facts.renewAt, await siteAuthority(context)) };
}

function problemsOf(
  certificate: string,
  renewAt: string,
  { root, above }: { root: string; above: string },
): string[] {
  const issuer = new X509Certificate(above === '' ? root : above);
  const own = new X509Certificate(certificate);
  return [
    ...(own.checkIssued(issuer) && own.verify(issuer.publicKey)
      ? []
      : ["is not signed by the site's authority"]),
    ...(Date.now() < Date.parse(renewAt) ? [] : [`a third of its life is left: valid to ${own.validTo}`]),
  ];
}
