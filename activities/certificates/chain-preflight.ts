import type { Preflight } from '../role.js';

/**
 * What a role that has certificates signed asks before its phase: whether a customer's authority has signed the platform's.
 * Phases before it need no certificate, so it is asked at the gate, which may wait for days.
 */
export const chainPreflight: Preflight = {
  name: 'certificates',
  title: "the authority that signs the platform's certificates is there: its own, or yours has signed it",
  kind: 'role',
  check: async ({ site, secrets }) => {
    if (site.certificates.root === 'platform') return [];
    const { customerChainOf } = await import('../../config/certificates/authority.js');
    const { problems } = await customerChainOf(site, secrets);
    if (problems.length === 0) return [];
    const place = site.certificates.chain ?? 'certificates.chain';
    return [
      ...problems,
      `certificates.chain: what your authority has to sign: socle certificates FILE --request. Its answer belongs where ${place} says`,
    ];
  },
};
