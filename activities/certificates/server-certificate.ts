/** A certificate that a machine answers with, and where it stands there. */
export type ServerCertificate = {
  /** Of the file `/etc/socle/tls/NAME.pem`, which holds the private key and then the chain. */
  name: string;
  /** DNS names; the first is the common name too. */
  names: readonly string[];
  /** IPv4 addresses. */
  addresses: readonly string[];
  /** Group that may read the file beside root. */
  group?: string;
  /** Units that read it again when it is new, those that run. */
  units: readonly string[];
};

export const certificateFolder = '/etc/socle/tls';

export function certificatePath(name: string, folder = certificateFolder): string {
  return `${folder}/${name}.pem`;
}
