import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firewallRules } from '../../activities/roles/2-preparation/firewall-rules.js';
import { sshHardening, sshSettings } from '../../activities/roles/2-preparation/hardening-ssh.js';
import { operatingSystemOf } from '../../activities/roles/2-preparation/os.js';
import { contextFor } from '../unit/prepare-fixture.js';
import { canTestWith } from '../../tools/test-programs.js';

const sshd = '/usr/sbin/sshd';
let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'socle-real-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Runs a script in a network namespace of its own, where nft may do what it likes. */
function inNamespace(script: string): string {
  const options = userInfo().uid === 0 ? ['-n'] : ['-r', '-n'];
  return execFileSync('unshare', [...options, 'sh', '-eu', '-s'], {
    input: `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}`,
    encoding: 'utf8',
  });
}

describe.runIf(canTestWith('nft'))('the real nft', () => {
  test('takes the rules of every machine, with management everywhere or in one network', async () => {
    for (const management of [['0.0.0.0/0'], ['127.10.0.0/24', '10.1.0.0/16']]) {
      const { site, plan } = await contextFor('vault-1', (given) => ({ ...given, management }));
      const files = plan.machines.map((machine) => {
        const file = join(root, `${machine.name}.nft`);
        writeFileSync(file, firewallRules(site, plan, machine));
        return file;
      });
      expect(inNamespace(files.map((file) => `nft -c -f ${file}\nnft -f ${file}`).join('\n'))).toBe('');
    }
  });

  test('loads them again to the same state, and leaves tables of others alone', async () => {
    const { site, plan, machine } = await contextFor('dmz-node-1');
    const file = join(root, 'again.nft');
    writeFileSync(file, firewallRules(site, plan, machine));
    const [tables, first, second] = inNamespace(`nft add table ip kube-proxy
nft add chain ip kube-proxy services
nft -f ${file}
nft -s list table inet socle >${root}/first
nft -f ${file}
nft -s list table inet socle >${root}/second
echo $(nft list tables)
sha256sum <${root}/first
sha256sum <${root}/second`)
      .trim()
      .split('\n');
    expect(tables).toBe('table ip kube-proxy table inet socle');
    expect(second).toBe(first);
  });

  test('drops and counts what no rule lets in', async () => {
    const { site, plan, machine } = await contextFor('vault-1');
    const file = join(root, 'drop.nft');
    writeFileSync(file, firewallRules(site, plan, machine));
    const table = inNamespace(`nft -f ${file}\nnft list table inet socle`);
    expect(table).toContain('hook input priority filter; policy drop;');
    expect(table).toMatch(/counter packets \d+ bytes \d+ drop\n\s*\}/);
    expect(table).not.toMatch(/hook (forward|output)/);
  });
});

describe.runIf(canTestWith('sshd'))('the real sshd', () => {
  test('takes the hardening and has in effect exactly what verify asks for', async () => {
    const { site, machine } = await contextFor('vault-1');
    const os = operatingSystemOf(site, machine);
    const resource = sshHardening(site, machine, os).find(({ title }) => title.endsWith('/01-socle.conf'));
    const content = /'(HostKey [^']*)'/.exec(resource?.call ?? '')?.[1] ?? '';
    const key = join(root, 'host-key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const file = join(root, 'sshd_config');
    writeFileSync(file, content.replace('/etc/ssh/ssh_host_ed25519_key', key));
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const { stdout, stderr, status } = spawnSync(sshd, ['-T', '-f', file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const effective = stdout.split('\n');
    for (const [name, value] of Object.entries(sshSettings(site, os)))
      expect(effective).toContain(`${name} ${value}`);
    expect(effective.filter((line) => line.startsWith('allowusers '))).toEqual(
      ['socle', 'admin-1'].map((name) => `allowusers ${name}`),
    );
  });
});
