import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { absent } from '../../../activities/host/absent.js';
import { artifact } from '../../../activities/host/artifact.js';
import { artifactLogin, artifactLoginPath } from '../../../activities/host/artifact-login.js';
import { authorizedKeys } from '../../../activities/host/authorized-keys.js';
import { cardName } from '../../../activities/host/card-name.js';
import { command } from '../../../activities/host/command.js';
import { compile } from '../../../activities/host/compile.js';
import { dataDisk } from '../../../activities/host/data-disk.js';
import { directory } from '../../../activities/host/directory.js';
import { file } from '../../../activities/host/file.js';
import { firewall } from '../../../activities/host/firewall.js';
import { hostname } from '../../../activities/host/hostname.js';
import { blockedModules, kernelModules } from '../../../activities/host/kernel-modules.js';
import { members } from '../../../activities/host/members.js';
import { staticNetwork } from '../../../activities/host/network.js';
import { packages } from '../../../activities/host/packages.js';
import { reload, type Resource } from '../../../activities/host/resource.js';
import { service } from '../../../activities/host/service.js';
import { sysctl } from '../../../activities/host/sysctl.js';
import { trustStoreOf } from '../../../activities/host/trust-store.js';
import { trustedAuthorities } from '../../../activities/host/trusted-authorities.js';
import { user } from '../../../activities/host/user.js';
import { canTestWith } from '../../../tools/test-programs.js';

/** One of each kind; a script of a kind changes only on purpose. */
export const kinds: Record<string, Resource[]> = {
  absent: [absent({ path: '/etc/old.conf' })],
  artifact: [
    artifactLogin({ store: 'https://store.example.org', username: 'reader', password: 'secret' }),
    artifact({
      url: 'https://store.example.org/vault/1.21.1/vault_1.21.1_linux_amd64.zip',
      sha256: '4088617653eba4ea341b6166130239fcbe42edc7839c7f7c6209d280948769c7',
      path: '/usr/local/bin/vault',
      from: { zip: 'vault' },
      login: artifactLoginPath,
    }),
  ],
  'authorized-keys': [authorizedKeys({ user: 'socle', keys: ['ssh-ed25519 AAAA one', 'ssh-ed25519 BBBB two'] })],
  'card-name': [cardName({ address: '10.10.0.12' })],
  command: [command({ title: 'boot counter', unless: 'test -e /run/x', run: 'touch /run/x', reason: 'no mark' })],
  directory: [directory({ path: '/etc/app', mode: '0750', owner: 'root:adm' })],
  file: [
    file({
      path: '/etc/app/app.conf',
      content: `name = "it's"\n`,
      mode: '0640',
      validate: 'app --check "$new"',
      notify: [reload('app')],
    }),
  ],
  'data-disk': [dataDisk({ label: 'socle-data', sizeGiB: 40, mountPoint: '/var/lib/data' })],
  firewall: firewall('table inet socle {\n}\n'),
  network: [
    staticNetwork({
      address: '10.10.0.12',
      prefixLength: 24,
      gateway: '10.10.0.1',
      dnsServers: ['10.10.0.2'],
      searchDomain: 'site.example.org',
      mtu: 1500,
    }),
  ],
  hostname: [hostname('vault-1')],
  'kernel-modules': [
    kernelModules({ path: '/etc/modules-load.d/90-socle.conf', names: ['br_netfilter', 'overlay'] }),
    blockedModules({ path: '/etc/modprobe.d/90-socle.conf', names: ['cramfs'] }),
  ],
  members: [members({ group: 'socle-admins', names: ['admin-1'] })],
  packages: [packages(['chrony', 'nftables'])],
  service: [
    service({ unit: 'chrony.service', boot: 'enabled', now: 'running' }),
    service({ unit: 'ufw.service', boot: 'masked', now: 'stopped' }),
  ],
  sysctl: [sysctl({ path: '/etc/sysctl.d/90-socle.conf', settings: { 'net.ipv4.ip_forward': 1, 'kernel.kptr_restrict': 2 } })],
  'trusted-authorities': [
    trustedAuthorities([{ name: 'socle-platform', certificate: 'PEM\n' }], trustStoreOf('rocky-9')),
  ],
  user: [user({ name: 'socle', comment: 'Socle', groups: ['sudo'] })],
};

describe.each(Object.entries(kinds))('the script of %s', (name, resources) => {
  const script = compile(resources, { mode: 'apply' });
  test('is the golden one', async () => {
    await expect(script).toMatchFileSnapshot(`${name}.sh`);
  });
  test.runIf(canTestWith('shellcheck'))('is clean for shellcheck', () => {
    // 2015, 2016: meant so. 2154, 2034: variables that library functions share.
    const options = ['-s', 'sh', '-e', '2015,2016,2034,2154', '-'];
    const { stdout, error } = spawnSync('shellcheck', options, { input: script, encoding: 'utf8' });
    if (error) throw error;
    expect(stdout).toBe('');
  });
});

test('the check script differs from the apply script in its mode only', () => {
  const all = Object.values(kinds).flat();
  const check = compile(all, { mode: 'check' });
  expect(check.replace('mode=check', 'mode=apply')).toBe(compile(all, { mode: 'apply' }));
});
