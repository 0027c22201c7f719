import { parse } from 'yaml';
import type { SimulatedMachine } from '../../machine.js';

/** What one instance of distribution's registry was started with. */
export type RegistryConfiguration = {
  storage: string;
  deletes: boolean;
  readOnly: boolean;
  htpasswd: string;
  realm: string;
  address: string;
  port: number;
  secret: string;
  key: string;
  certificate: string;
};

type Text = {
  version?: number;
  storage?: {
    filesystem?: { rootdirectory?: string };
    delete?: { enabled?: boolean };
    maintenance?: { readonly?: { enabled?: boolean } };
  };
  auth?: { htpasswd?: { realm?: string; path?: string } };
  http?: { addr?: string; secret?: string; tls?: { certificate?: string; key?: string } };
};

/**
 * Reads a configuration as `registry serve` does. Only what Socle writes is known: storage on disk, logins in a file, TLS.
 * @throws Error as the program would say it
 */
export async function readConfiguration(
  machine: SimulatedMachine,
  file: string,
): Promise<RegistryConfiguration> {
  const text = await machine.files.text(file);
  if (text === undefined) throw new Error(`configuration error: open ${file}: no such file or directory`);
  const { version, storage, auth, http } = parse(text) as Text;
  if (version !== 0.1) throw new Error(`configuration error: error parsing ${file}: version`);
  const [storagePath, logins] = [storage?.filesystem?.rootdirectory, auth?.htpasswd];
  const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(http?.addr ?? '') ?? [];
  if (!storagePath || !logins?.path || !http?.tls?.key || !http.tls.certificate || port === '')
    throw new Error(
      `configuration error: error parsing ${file}: only storage on disk, htpasswd and TLS are simulated`,
    );
  const pem = async (path: string): Promise<string> => {
    const content = await machine.files.text(path);
    if (content === undefined) throw new Error(`open ${path}: no such file or directory`);
    return content;
  };
  return {
    storage: storagePath,
    deletes: storage?.delete?.enabled === true,
    readOnly: storage?.maintenance?.readonly?.enabled === true,
    htpasswd: logins.path,
    realm: logins.realm ?? 'registry',
    address: address === '' ? machine.address : address,
    port: Number(port),
    secret: http.secret ?? '',
    key: await pem(http.tls.key),
    certificate: await pem(http.tls.certificate),
  };
}
