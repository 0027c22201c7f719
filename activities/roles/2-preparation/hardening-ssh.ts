import type { Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';
import { file } from '../../host/file.js';
import { replica } from '../3-base-infrastructure/gogs/settings.js';
import { reload, type Resource } from '../../host/resource.js';
import type { OperatingSystem } from './os.js';

const path = '/etc/ssh/sshd_config.d/01-socle.conf';
const standardPort = 22;

/** Red Hat's build of OpenSSH 8.7 lacks the post-quantum exchange. */
const postQuantum = 'sntrup761x25519-sha512@openssh.com';
const keyExchanges =
  'curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512';

/** What sshd must have in effect, in the words and the order of `sshd -T`. No SHA-1, no CBC, no NIST-curve host keys. */
export function sshSettings(site: Site, { family }: OperatingSystem): Record<string, string> {
  return {
    permitrootlogin: site.ssh.user === 'root' ? 'without-password' : 'no',
    passwordauthentication: 'no',
    kbdinteractiveauthentication: 'no',
    pubkeyauthentication: 'yes',
    permitemptypasswords: 'no',
    permituserenvironment: 'no',
    x11forwarding: 'no',
    allowagentforwarding: 'no',
    allowtcpforwarding: 'no',
    maxauthtries: '4',
    logingracetime: '30',
    clientaliveinterval: '60',
    clientalivecountmax: '5',
    loglevel: 'VERBOSE',
    banner: '/etc/issue.net',
    ciphers: 'chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr',
    macs: 'hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com',
    kexalgorithms: family === 'debian' ? `${postQuantum},${keyExchanges}` : keyExchanges,
  };
}

/**
 * sshd as a security officer wants it. sshd takes the first value it reads, so the file sorts before the template's and is
 * validated with the rest of the configuration behind it, as sshd will read it. Only Socle's account and the
 * administrators may log in, and on the machines of Gogs whoever brings its copies, who can do nothing else.
 */
export function sshHardening(site: Site, machine: Machine, os: OperatingSystem): Resource[] {
  const notify = [reload(os.sshUnit)];
  const users = [
    site.ssh.user,
    ...site.administrators.map(({ name }) => name),
    ...(machine.group === 'gitops' ? [replica.account] : []),
  ];
  const lines = [
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    ...Object.entries(sshSettings(site, os)).map(([key, value]) => `${key} ${value}`),
    `AllowUsers ${users.join(' ')}`,
  ];
  const port = file({
    path: '/etc/ssh/sshd_config.d/00-socle-port.conf',
    mode: '0600',
    content: `Port ${machine.sshPort}\n`,
    notify,
  });
  return [
    ...(machine.sshPort === standardPort ? [] : [port]),
    file({
      path,
      mode: '0600',
      content: `${lines.join('\n')}\n`,
      validate: 'mkdir -p /run/sshd && cat "$new" /etc/ssh/sshd_config | sshd -t -f /dev/stdin',
      notify,
    }),
  ];
}
