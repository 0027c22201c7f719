import type { Site } from '../../config/site.js';

/** Where an operating system keeps the authorities that its programs trust. */
export type TrustStore = {
  /** One file for each authority of one's own. */
  folder: string;
  extension: string;
  /** Makes `bundle`, and links by hash, of the distribution's and one's own; also when a file has other content. */
  update: string;
  /** PEM of all that are trusted. */
  bundle: string;
};

/** @see https://manpages.debian.org/bookworm/ca-certificates/update-ca-certificates.8.en.html */
const debian: TrustStore = {
  folder: '/usr/local/share/ca-certificates',
  extension: 'crt',
  update: 'update-ca-certificates --fresh',
  bundle: '/etc/ssl/certs/ca-certificates.crt',
};

const redHat: TrustStore = {
  folder: '/etc/pki/ca-trust/source/anchors',
  extension: 'pem',
  update: 'update-ca-trust',
  bundle: '/etc/pki/tls/certs/ca-bundle.crt',
};

export function trustStoreOf(os: Site['templates']['default']['os']): TrustStore {
  return os.startsWith('debian') || os.startsWith('ubuntu') ? debian : redHat;
}

/** An authority as a file of the store. */
export function authorityPath({ folder, extension }: TrustStore, name: string): string {
  return `${folder}/${name}.${extension}`;
}
