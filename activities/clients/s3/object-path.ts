/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const longestKeyBytes = 1024;

/**
 * An object's key as it stands in the path of a request, encoded as signatures want it.
 * @throws Error for a key that is too long, or that a server or a proxy could read as another path
 */
export function objectPath(key: string): string {
  const segments = key.split('/');
  const leads = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (leads || Buffer.byteLength(key) > longestKeyBytes)
    throw new Error(`${JSON.stringify(key)} is no key of an object`);
  return segments.map(encodeSegment).join('/');
}

/** RFC 3986 leaves fewer characters as they are than encodeURIComponent does. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
