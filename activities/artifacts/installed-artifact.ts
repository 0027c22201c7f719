import type { catalogue } from '../../config/artifacts/catalogue.js';
import { siteArtifact } from '../../config/artifacts/site-artifacts.js';
import { storeUrl } from '../../config/artifacts/store.js';
import { artifact, type ArtifactState } from '../host/artifact.js';
import { artifactLogin, artifactLoginPath } from '../host/artifact-login.js';
import type { Resource } from '../host/resource.js';
import type { StepContext } from '../role.js';
import { artifactAccess } from './access.js';

/** A program of the catalogue, installed from the site's store, with the store's login where it has one. */
export async function installedArtifact(
  { site, secrets }: Pick<StepContext, 'site' | 'secrets'>,
  name: keyof typeof catalogue,
  { path, from }: Required<Pick<ArtifactState, 'path' | 'from'>>,
): Promise<Resource[]> {
  const { store } = site.artifacts;
  const { username, password = '' } = await artifactAccess(site, secrets);
  const file = siteArtifact(site, name);
  return [
    ...(username === undefined ? [] : [artifactLogin({ store, username, password })]),
    artifact({
      url: storeUrl(store, file),
      sha256: file.sha256,
      path,
      from,
      ...(username !== undefined && { login: artifactLoginPath }),
    }),
  ];
}
