import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import type { Machine } from '../../config/machine.js';
import { within } from '../../laboratory/names.js';
import type { Datacentre } from './datacentre.js';
import { program, type Ran } from './laboratory.js';

const longestLoginSeconds = 8;

export type Login = {
  user: string;
  /** File of the private key; without one and without a password nothing is offered. */
  key?: string;
  password?: string;
  /** Network namespace from which to log in: where the orchestrator is, when absent. */
  from?: string;
  address?: string;
  port?: number;
};

export async function machineOf({ site }: Datacentre, name: string): Promise<Machine> {
  return computeInventory(await loadSite(site)).machines.find((machine) => machine.name === name)!;
}

/** Words and environment of OpenSSH's own client, which knows the keys that Socle gives the machine and no others. */
export async function clientOf(
  datacentre: Datacentre,
  name: string,
  { user, key, password, from = 'socle-lab', address, port = 22 }: Login,
): Promise<{ words: string[]; environment: NodeJS.ProcessEnv }> {
  const { folder } = datacentre;
  const machine = await machineOf(datacentre, name);
  const secrets = await datacentre.secrets();
  const [known, answer] = [join(folder, `${name}.known`), join(folder, 'answer-password')];
  const hostKeys = [secrets.hostKey(name), secrets.bootstrapHostKey(name)];
  write(known, hostKeys.map(({ publicKey }) => `${name} ${publicKey}\n`).join(''));
  write(answer, '#!/bin/sh\nprintf "%s\\n" "$PASSWORD_TO_OFFER"\n', 0o700);
  const methods = [
    ...(key === undefined ? [] : ['publickey']),
    ...(password === undefined ? [] : ['password', 'keyboard-interactive']),
  ];
  const options = [
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${known}`,
    `HostKeyAlias=${name}`,
    'HostKeyAlgorithms=ssh-ed25519',
    'ConnectTimeout=5',
    'IdentitiesOnly=yes',
    'NumberOfPasswordPrompts=1',
    `PreferredAuthentications=${methods.join(',') || 'none'}`,
  ];
  const words = [
    ...[...within(from), 'ssh', '-F', 'none', '-p', String(port)],
    ...(key === undefined ? [] : ['-i', key]),
    ...options.flatMap((option) => ['-o', option]),
    `${user}@${address ?? machine.address}`,
    '--',
  ];
  const environment = {
    ...process.env,
    SSH_ASKPASS: answer,
    SSH_ASKPASS_REQUIRE: 'force',
    SSH_AUTH_SOCK: '',
    PASSWORD_TO_OFFER: password ?? '',
  };
  return { words, environment };
}

/** Logs in and runs a script, or says who it is. A client whose connection is cut in the middle is not waited for. */
export async function logIn(datacentre: Datacentre, name: string, login: Login, input = ''): Promise<Ran> {
  const { words, environment } = await clientOf(datacentre, name, login);
  const limited = ['timeout', String(longestLoginSeconds), ...words];
  return program([...limited, input === '' ? 'id -un' : 'sh -s'], environment, input);
}

/** File of the private key of Socle's own account; of the version that the site file names when none is given. */
export async function operatorKey(datacentre: Datacentre, version?: number): Promise<string> {
  const file = join(datacentre.folder, `operator-${version ?? 'now'}`);
  write(file, (await datacentre.secrets()).operatorKey(version).privateKey, 0o600);
  return file;
}

/**
 * Runs a script as root on a machine, by Socle's account.
 * @returns what it printed
 * @throws Error with its complaint
 */
export async function asRoot(datacentre: Datacentre, name: string, script: string): Promise<string> {
  const { words, environment } = await clientOf(datacentre, name, {
    user: 'socle',
    key: await operatorKey(datacentre),
  });
  const ran = await program([...words, 'sudo -n sh -eu -s'], environment, script);
  if (ran.code !== 0) throw new Error(`${name}: code ${ran.code}: ${ran.stderr}${ran.stdout}`);
  return ran.stdout;
}

/** Clients that run side by side share these files, so one that is right already is not touched. */
function write(file: string, content: string, mode?: number): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== content) writeFileSync(file, content, { mode });
}
