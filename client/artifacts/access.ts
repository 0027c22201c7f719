import { resolveReference } from '../../config/secrets-references.js';
import type { Site } from '../../config/site.js';

/** What a server of files asks for; nothing for one that everybody may read. */
export type Access = { ca?: string; username?: string; password?: string };

export type AccessOf = (url: string) => Access;

/** Authority and login of the site's artefact source, for addresses of its mirror and store and for no others. */
export function accessOf(site: Site | undefined): AccessOf {
  if (site === undefined) return () => ({});
  const { packages, store, ca, username, password } = site.artifacts;
  const origins = [packages, store].map((url) => new URL(url).origin);
  const resolved = (reference: string): string => resolveReference(reference, process.env);
  return (url) =>
    origins.includes(new URL(url).origin)
      ? {
          ...(ca === undefined ? {} : { ca: resolved(ca) }),
          ...(username === undefined ? {} : { username }),
          ...(password === undefined ? {} : { password: resolved(password) }),
        }
      : {};
}
