/** An image by its full name; `tag` is `latest` when the text names neither tag nor digest. */
export type ImageReference = {
  /** Host with port of the registry that the image comes from. */
  registry: string;
  /** Its path there, which it keeps in the platform's registry. */
  repository: string;
  /** A tag, or `sha256:…`: what a manifest is asked for by. */
  reference: string;
};

const form = /^(?<name>[^@]+?)(?::(?<tag>[A-Za-z0-9_][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/**
 * Reads an image's name as Docker does: without a registry it is docker.io's, and there without a folder `library/`'s.
 * A digest counts more than a tag beside it.
 * @throws Error when it is no image's name
 * @see https://pkg.go.dev/github.com/distribution/reference
 */
export function parseImageReference(text: string): ImageReference {
  const { name, tag, digest } = form.exec(text)?.groups ?? {};
  if (name === undefined) throw new Error(`${JSON.stringify(text)} is no name of an image`);
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasRegistry ? first.replace(/^index\.docker\.io$/, 'docker.io') : 'docker.io';
  const path = hasRegistry ? rest.join('/') : name;
  const isOfficial = registry === 'docker.io' && !path.includes('/');
  return {
    registry,
    repository: isOfficial ? `library/${path}` : path,
    reference: digest ?? tag ?? 'latest',
  };
}
