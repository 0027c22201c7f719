import type { Secrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import type { ArtifactAccess } from '../roles/2-preparation/package-sources.js';

/** Resolves what the artefact source asks for. */
export async function artifactAccess({ artifacts }: Site, secrets: Secrets): Promise<ArtifactAccess> {
  const { ca, username, password } = artifacts;
  return {
    ...(ca === undefined ? {} : { ca: await secrets.resolve(ca) }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: await secrets.resolve(password) }),
  };
}
