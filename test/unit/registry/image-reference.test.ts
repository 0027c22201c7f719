import { expect, test } from 'vitest';
import { parseImageReference } from '../../../activities/clients/registry/image-reference.js';

const digest = `sha256:${'ab'.repeat(32)}`;

test.each([
  ['nginx', 'docker.io', 'library/nginx', 'latest'],
  ['rancher/rke2-runtime:v1.36.3-rke2r1', 'docker.io', 'rancher/rke2-runtime', 'v1.36.3-rke2r1'],
  ['docker.io/redis:8', 'docker.io', 'library/redis', '8'],
  ['index.docker.io/library/redis', 'docker.io', 'library/redis', 'latest'],
  ['quay.io/argoproj/argocd:v3.5.1', 'quay.io', 'argoproj/argocd', 'v3.5.1'],
  ['registry.example:5000/a/b/c:1', 'registry.example:5000', 'a/b/c', '1'],
  ['localhost/a', 'localhost', 'a', 'latest'],
  [`ghcr.io/a/b:1@${digest}`, 'ghcr.io', 'a/b', digest],
  [`ghcr.io/a/b@${digest}`, 'ghcr.io', 'a/b', digest],
])('%s is of %s, %s, %s', (text, registry, repository, reference) => {
  expect(parseImageReference(text)).toEqual({ registry, repository, reference });
});

test.each(['', '@', 'a b@', `a@sha256:${'a'.repeat(63)}`])('%j is no name of an image', (text) => {
  expect(() => parseImageReference(text)).toThrow('is no name of an image');
});
