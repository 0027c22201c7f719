import type { Secrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';

/** What the artefact source asks for; resolved inside the activity. */
export type ArtifactAccess = { ca?: string; username?: string; password?: string };

/** Resolves what the artefact source asks for. */
export async function artifactAccess({ artifacts }: Site, secrets: Secrets): Promise<ArtifactAccess> {
  const { ca, username, password } = artifacts;
  return {
    ...(ca === undefined ? {} : { ca: await secrets.resolve(ca) }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: await secrets.resolve(password) }),
  };
}
