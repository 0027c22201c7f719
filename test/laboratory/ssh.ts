import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { createSecrets } from '../../config/secrets.js';
import { program, type Ran } from './laboratory.js';

export type LogIn = (machine: string, ...command: string[]) => Promise<Ran>;

/** OpenSSH's own client, from where the orchestrator is, trusting nothing but the keys that Socle derives. */
export async function logIn(file: string): Promise<LogIn> {
  const site = await loadSite(file);
  const { machines } = computeInventory(site);
  const key = readFileSync('/var/lib/socle-lab/orchestrator/master.key', 'utf8');
  const secrets = createSecrets(site, { SOCLE_MASTER_KEY: key });
  const folder = mkdtempSync(join(tmpdir(), 'socle-laboratory-'));
  const [known, identity] = [join(folder, 'known'), join(folder, 'identity')];
  const keys = machines.flatMap(({ name }) =>
    [secrets.bootstrapHostKey(name), secrets.hostKey(name)].map(({ publicKey }) => `${name} ${publicKey}\n`),
  );
  writeFileSync(known, keys.join(''));
  writeFileSync(identity, secrets.operatorKey().privateKey, { mode: 0o600 });
  return (name, ...command) => {
    const machine = machines.find((each) => each.name === name);
    const options = [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${known}`,
      `HostKeyAlias=${name}`,
      'ConnectTimeout=5',
    ];
    return program([
      ...['nsenter', '--net=/run/netns/socle-lab', 'ssh', '-F', 'none', '-i', identity],
      ...options.flatMap((option) => ['-o', option]),
      ...[`socle@${machine!.address}`, '--', ...command],
    ]);
  };
}
