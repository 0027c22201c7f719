import { exitCodes, UserError } from '../errors.js';
import type { Secrets } from '../secrets.js';
import type { Site } from '../site.js';
import type { AuthoritySource } from './authority.js';
import { certificatesIn } from './pem.js';

/** What a machine trusts beside what its distribution does: a name for the file, and one certificate as PEM. */
export type TrustedAuthority = { name: string; certificate: string };

/** Name of the platform's root among them. */
export const platformAuthority = 'socle-platform';

/**
 * What every machine of the site trusts: the authority of the artefact source, where it has its own, and the platform's
 * root, as soon as it is known.
 * @throws UserError when the artefact source's authority is no certificate
 */
export async function trustedAuthoritiesOf(
  site: AuthoritySource & Pick<Site, 'artifacts'>,
  secrets: Secrets,
): Promise<TrustedAuthority[]> {
  const { ca } = site.artifacts;
  const ofArtifacts = ca === undefined ? [] : certificatesIn(await secrets.resolve(ca));
  if (ca !== undefined && ofArtifacts.length === 0)
    throw new UserError(`artifacts.ca (${ca}) holds no certificate in PEM`, exitCodes.prerequisite);
  const { platformRoot } = await import('./platform-root.js');
  const root = await platformRoot(site, secrets);
  return [
    ...ofArtifacts.map((certificate, index) => ({
      name: `socle-artifacts${index === 0 ? '' : `-${index + 1}`}`,
      certificate,
    })),
    ...(root === undefined ? [] : [{ name: platformAuthority, certificate: root }]),
  ];
}
