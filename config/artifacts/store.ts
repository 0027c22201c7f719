import type { Artifact } from './artifact.js';

type Stored = Pick<Artifact, 'name' | 'version' | 'url'>;

/** Where a file stands in a folder or below an address that serves it: `vault/1.21.1/vault_1.21.1_linux_amd64.zip`. */
export function storePath({ name, version, url }: Stored): string {
  return `${name}/${version}/${fileName(url) ?? name}`;
}

/** Its address in a store. */
export function storeUrl(store: string, artifact: Stored): string {
  return `${store.replace(/\/+$/, '')}/${storePath(artifact)}`;
}

/** The store that an address of `storeUrl` is in. */
export function storeOf(url: string): string {
  return new URL('../..', url).href.replace(/\/$/, '');
}

/** The file that an address names; undefined when its last part is no plain file name. */
export function fileName(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  return /\/([A-Za-z0-9][A-Za-z0-9._+-]*)$/.exec(new URL(url).pathname)?.[1];
}
