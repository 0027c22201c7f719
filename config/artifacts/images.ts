import type { Image } from './image.js';

/**
 * The images that roles of the clusters run, from which the site's registries are filled. Each digest is that of the index
 * of all platforms and names the public sources that state it; what none states is in no catalogue, a site brings it
 * (`artifacts.images`).
 */
export const images = {
  // vince-riv/argo-diff Dockerfile.no-build; asadhanif3188/InferOps docs/environment/argocd-bootstrap.md
  argocd: {
    name: 'argocd',
    version: 'v3.5.3',
    image: 'quay.io/argoproj/argocd',
    digest: 'sha256:dd3f47d5a5e4da563a7a398506e892481b358a7cec50abdf320c71aa55904bfa',
    licence: 'Apache-2.0',
    neededBy: ['install-argocd'],
  },
  // The one that Argo CD 3.5 names. asadhanif3188/InferOps as above; several files that pin docker.io's redis:8.2.3-alpine
  'argocd-redis': {
    name: 'argocd-redis',
    version: '8.2.3-alpine',
    image: 'public.ecr.aws/docker/library/redis',
    digest: 'sha256:08ad0b1d280850169a790dba1393ff7a90aef951fc19632cf4d3ce4f78e679ba',
    licence: 'AGPL-3.0-only',
    neededBy: ['install-argocd'],
  },
} as const satisfies Record<string, Image>;
