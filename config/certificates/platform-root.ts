import type { Secrets } from '../secrets.js';
import { authorityOf, customerChainOf, type AuthoritySource } from './authority.js';

/** To sign it takes some ten milliseconds, and every machine's steps ask for it. */
const known = new WeakMap<Secrets, string>();

/**
 * PEM of the root that everything of the platform is to trust; undefined while a customer's chain is missing or faulty,
 * which is looked at anew each time.
 */
export async function platformRoot(site: AuthoritySource, secrets: Secrets): Promise<string | undefined> {
  if (site.certificates.root === 'customer') {
    const { certificates, problems } = await customerChainOf(site, secrets);
    return problems.length === 0 ? certificates.at(-1) : undefined;
  }
  const root = known.get(secrets) ?? (await authorityOf(site, secrets)).root;
  known.set(secrets, root);
  return root;
}
