import type { SimulatedMachine } from './machine.js';

/** What sshd read when it was started or reloaded last. */
export type SshdSettings = {
  hostKey: string;
  port: number;
  permitRootLogin: boolean;
  passwordAuthentication: boolean;
  allowUsers: string[];
  effective: string[];
};

/** Settings that sshd has when no file says otherwise, as `sshd -T` prints them. */
const defaults: Record<string, string> = {
  port: '22',
  permitrootlogin: 'without-password',
  passwordauthentication: 'yes',
  kbdinteractiveauthentication: 'yes',
  pubkeyauthentication: 'yes',
  permitemptypasswords: 'no',
  x11forwarding: 'no',
  allowtcpforwarding: 'yes',
  allowagentforwarding: 'yes',
  allowstreamlocalforwarding: 'yes',
  permittunnel: 'no',
  permituserenvironment: 'no',
  gatewayports: 'no',
  maxauthtries: '6',
  maxsessions: '10',
  maxstartups: '10:30:100',
  logingracetime: '120',
  clientaliveinterval: '0',
  clientalivecountmax: '3',
  usepam: 'no',
  usedns: 'no',
  banner: 'none',
  loglevel: 'INFO',
  printmotd: 'yes',
  printlastlog: 'yes',
  compression: 'yes',
  tcpkeepalive: 'yes',
  strictmodes: 'yes',
  hostbasedauthentication: 'no',
  ignorerhosts: 'yes',
  gssapiauthentication: 'no',
  kerberosauthentication: 'no',
  hostkey: '/etc/ssh/ssh_host_ed25519_key',
  rekeylimit: '0 0',
  kexalgorithms: 'sntrup761x25519-sha512@openssh.com,curve25519-sha256,ecdh-sha2-nistp256',
  ciphers: 'chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr',
  macs: 'hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512',
  hostkeyalgorithms: 'ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512',
  pubkeyacceptedalgorithms: 'ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512',
  casignaturealgorithms: 'ssh-ed25519',
};

/** Keywords that may stand several times. */
const lists = new Set([
  'allowusers',
  'allowgroups',
  'denyusers',
  'denygroups',
  'acceptenv',
  'subsystem',
  'hostkey',
  'listenaddress',
  'authorizedkeysfile',
  'include',
  'authenticationmethods',
  'forcecommand',
  'setenv',
]);

/**
 * What sshd would use: the first value of each keyword counts, drop-ins come where they are included.
 * @throws Error as `sshd -t` complains of a keyword or a host key.
 */
export async function readSshdSettings(machine: SimulatedMachine, extraFile?: string): Promise<SshdSettings> {
  const found = new Map<string, string[]>();
  await readFile(machine, extraFile ?? '/etc/ssh/sshd_config', found);
  const value = (keyword: string): string => found.get(keyword)?.[0] ?? defaults[keyword] ?? '';
  const hostKey = await machine.files.text(value('hostkey'));
  if (!hostKey?.includes('PRIVATE KEY')) throw new Error('sshd: no hostkeys available -- exiting.');
  const users = (found.get('allowusers') ?? []).flatMap((line) => line.split(/\s+/));
  const effective = [...new Set([...Object.keys(defaults), ...found.keys()])]
    .filter((keyword) => keyword !== 'include')
    .flatMap((keyword) =>
      (lists.has(keyword) ? (found.get(keyword) ?? [value(keyword)]) : [value(keyword)]).map(
        (text) => `${keyword} ${text}`,
      ),
    );
  return {
    hostKey,
    port: Number(value('port')),
    permitRootLogin: value('permitrootlogin') !== 'no',
    passwordAuthentication: value('passwordauthentication') === 'yes',
    allowUsers: users,
    effective,
  };
}

async function readFile(
  machine: SimulatedMachine,
  path: string,
  found: Map<string, string[]>,
): Promise<void> {
  const text = await machine.files.text(path);
  if (text === undefined) throw new Error(`${path}: No such file or directory`);
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [word = '', ...rest] = line.split(/[\s=]+/);
    const keyword = word.toLowerCase();
    if (!(keyword in defaults) && !lists.has(keyword))
      throw new Error(
        `${path}: line ${index + 1}: Bad configuration option: ${word}\n${path}: terminating, 1 bad configuration options`,
      );
    if (rest.length === 0) throw new Error(`${path} line ${index + 1}: no argument after keyword "${word}"`);
    if (keyword === 'include') {
      for (const included of await matches(machine, rest[0]!)) await readFile(machine, included, found);
    } else if (lists.has(keyword) || !found.has(keyword))
      found.set(keyword, [...(found.get(keyword) ?? []), rest.join(' ')]);
  }
}

async function matches(machine: SimulatedMachine, pattern: string): Promise<string[]> {
  const folder = pattern.slice(0, pattern.lastIndexOf('/'));
  if (!(await machine.files.exists(folder))) return [];
  return (await machine.files.readdir(folder))
    .filter((name) => name.endsWith('.conf'))
    .sort()
    .map((name) => `${folder}/${name}`);
}
