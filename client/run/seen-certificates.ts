import { certificatesOperation, type CertificateReport } from '../../config/certificates/report.js';
import { rolesWithOperation } from '../../config/data-roles.js';
import type { RoleDeclaration } from '../../config/declaration.js';
import type { RoleName } from '../../config/phases.js';
import type { Site } from '../../config/site.js';
import type { RunView } from './view.js';

/** A certificate that a worker saw on a machine, or for the site as a whole; a machine that could not be asked has its reason. */
export type SeenCertificate = CertificateReport & { target: string; role: string };

/** The roles whose machines are asked. */
export function rolesWithCertificates(site: Site, declarations: readonly RoleDeclaration[]): RoleName[] {
  return rolesWithOperation(site, declarations, certificatesOperation);
}

/** What a run of the operation `certificates` has seen, in the order of its targets' names. */
export function seenCertificates(view: RunView): SeenCertificate[] {
  const summaries = (view.progress?.phases ?? []).flatMap(({ summary }) => summary ?? []);
  const seen = summaries.flatMap(({ results = [] }) =>
    results.map(({ target, role, result }): SeenCertificate => ({
      target,
      role,
      ...(result as CertificateReport),
    })),
  );
  const unseen = summaries.flatMap(({ failed }) =>
    failed.map(({ target, role, message }): SeenCertificate => ({
      target,
      role,
      place: role,
      problems: [message],
    })),
  );
  return [...seen, ...unseen].sort((one, other) => (one.target < other.target ? -1 : 1));
}
