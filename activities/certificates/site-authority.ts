import type { Authority } from '../../config/certificates/authority.js';
import { PermanentError } from '../errors.js';
import type { StepContext } from '../role.js';

/**
 * Who signs the certificates of this site's servers.
 * @throws PermanentError when a customer's chain is not as it must be: no retry mends it
 */
export async function siteAuthority({
  site,
  secrets,
}: Pick<StepContext, 'site' | 'secrets'>): Promise<Authority> {
  const { authorityOf } = await import('../../config/certificates/authority.js');
  try {
    return await authorityOf(site, secrets);
  } catch (error) {
    throw new PermanentError((error as Error).message);
  }
}
