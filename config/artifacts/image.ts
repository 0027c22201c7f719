import type { Artifact } from './artifact.js';

/** A container image, pinned by what a registry calls it and by what it is. */
export type Image = Pick<Artifact, 'name' | 'version' | 'licence' | 'neededBy'> & {
  /** With the registry that it comes from, without tag: `quay.io/argoproj/argocd`. The version is its tag. */
  image: string;
  /**
   * What the tag stands for, `sha256:…`. Publishers state that of the index of all platforms, and machines pull by it or
   * compare with it. An index keeps its digest only whole, and registries refuse one whose parts they do not hold: so an
   * image is fetched and mirrored with all that its digest refers to. Where a publisher states the digest of the image for
   * linux/amd64, that may be pinned instead, and it alone is copied.
   */
  digest: string;
};

/**
 * Its repository in the site's registry: the path that it has where it comes from, below the name of that registry. So no
 * two images of different registries meet, and one rule for each registry (`mirrors.<registry>.rewrite`, `^(.*)$` to
 * `<registry>/$1`) leads nodes there.
 * @see https://docs.rke2.io/install/private_registry
 */
export function mirroredRepository({ image }: Pick<Image, 'image'>): string {
  return image.replace(':', '_');
}

/**
 * Where its OCI image layout lies in a folder or below an address that serves it:
 * `images/quay.io/argoproj/argocd/v3.5.3`, with `oci-layout`, `index.json` and `blobs/sha256/…` in it.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export function layoutPath(image: Pick<Image, 'image' | 'version'>): string {
  return `images/${mirroredRepository(image)}/${image.version}`;
}

/** The registry and the path there of an image's name. */
export function originOf({ image }: Pick<Image, 'image'>): { registry: string; repository: string } {
  const slash = image.indexOf('/');
  return { registry: image.slice(0, slash), repository: image.slice(slash + 1) };
}

/** How people write it: `quay.io/argoproj/argocd:v3.5.3`. */
export function referenceOf({ image, version }: Pick<Image, 'image' | 'version'>): string {
  return `${image}:${version}`;
}
