import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '../../config/machine.js';
import type { Secrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';

/** Files with which the other engines log in as Socle does: its account, its key, known host keys and no others. */
export type Access = {
  key: string;
  /** For OpenSSH; with the key from before the preparation and the one from after it. */
  config: string;
  /** For paramiko, which knows one key of a kind for each host. */
  knownHosts: { before: string; after: string };
};

export async function writeAccess(
  folder: string,
  site: Site,
  machines: readonly Machine[],
  secrets: Secrets,
): Promise<Access> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const known = (keyOf: (name: string) => { publicKey: string }): string =>
    machines
      .map(({ name, address }) => `${address} ${keyOf(name).publicKey.split(' ').slice(0, 2).join(' ')}\n`)
      .join('');
  const [before, after] = [known(secrets.bootstrapHostKey), known(secrets.hostKey)];
  const key = await write('key', secrets.operatorKey().privateKey);
  const both = await write('known-hosts', before + after);
  return {
    key,
    config: await write('config', sshConfig(site, machines, key, both)),
    knownHosts: {
      before: await write('known-hosts.before', before),
      after: await write('known-hosts.after', after),
    },
  };
}

function sshConfig(site: Site, machines: readonly Machine[], key: string, knownHosts: string): string {
  return `${machines.map(({ name, address, sshPort }) => `Host ${name}\n  HostName ${address}\n  Port ${sshPort}\n`).join('')}Host *
  User ${site.ssh.user}
  IdentityFile ${key}
  IdentitiesOnly yes
  UserKnownHostsFile ${knownHosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  HostKeyAlgorithms ssh-ed25519
  BatchMode yes
  ConnectTimeout 5
  LogLevel ERROR
`;
}
