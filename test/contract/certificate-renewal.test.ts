import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateProblems } from '../../activities/certificates/judge.js';
import { renewalScript } from '../../activities/certificates/renewal-script.js';
import { readScript } from '../../activities/certificates/scripts.js';
import { initialise } from '../../activities/clients/vault/initialise.js';
import type { Vault } from '../../activities/clients/vault/vault.js';
import { applyConfiguration } from '../../activities/roles/3-base-infrastructure/vault/configuration-differences.js';
import { openNode } from '../../activities/roles/3-base-infrastructure/vault/open-node.js';
import { wantedConfiguration } from '../../activities/roles/3-base-infrastructure/vault/wanted-configuration.js';
import type { Machine } from '../../config/machine.js';
import { canTestWith } from '../../tools/test-programs.js';
import { serverPair } from '../server-pair.js';
import { makeCluster, realVault, secretsOf, site, type VaultCluster } from './vault-targets.js';
import { activeWithin } from './vault-waiting.js';

const machine = { name: 'gitops-1', group: 'gitops', zone: 'infra', address: '127.0.0.12' } as Machine;
const names = ['gitops-1', `gitops-1.${site.domain}`];

/** A day lasts so long here, so that a certificate of a year lives 22 seconds; all parts keep their proportions. */
const dayMs = 60;
const lifeSeconds = Math.round((365 * dayMs) / 1000);

/** The script of a machine's timer with the computer's own shell, curl and OpenSSL, against the real Vault. */
describe.runIf(canTestWith('go'))('renewal of a certificate by the machine that has it', () => {
  let cluster: VaultCluster;
  let vault: Vault;
  let folder = '';
  let calls = '';
  let script = '';
  const wanted = { name: 'registry', names, addresses: [machine.address], units: ['a.service'] };
  const file = () => join(folder, 'tls', 'registry.pem');

  beforeAll(async () => {
    cluster = await makeCluster(realVault, 1);
    await cluster.nodes[0]!.start();
    const { shares, rootToken } = await initialise(cluster.client(0), {
      seal: 'shamir',
      shares: 1,
      threshold: 1,
    });
    await openNode(cluster.client(0), shares);
    await activeWithin(cluster, 0);
    vault = cluster.client(0, rootToken);
    const [one, two] = cluster.nodes[0]!.auditFiles;
    const secrets = secretsOf();
    await applyConfiguration(
      vault,
      {
        ...wantedConfiguration({ site, machines: [machine], virtualAddresses: [] }),
        audit: { file: one, 'second-file': two },
      },
      {
        authority: cluster.authority,
        appRoleIds: (role) => ({ roleId: secrets.vaultRoleId(role), secretId: secrets.vaultSecretId(role) }),
        now: new Date(),
      },
    );
    folder = mkdtempSync(join(tmpdir(), 'socle-renewal-'));
    calls = join(folder, 'calls');
    for (const name of ['tls', 'programs']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'root.pem'), cluster.authority.root);
    // Owners and services of this computer are nobody's to change.
    for (const name of ['chown', 'systemctl']) {
      writeFileSync(join(folder, 'programs', name), `#!/bin/sh\necho "${name} $*" >>${calls}\n`);
      chmodSync(join(folder, 'programs', name), 0o755);
    }
    script = renewalScript(wanted, { vaultUrl: cluster.nodes[0]!.url, folder: join(folder, 'tls') });
  }, 3_600_000);
  afterAll(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The first certificate comes from the platform's own authority, as the orchestrator signs it. */
  const first = (notBefore: Date, notAfter: Date): void => {
    const validity = { notBefore, notAfter };
    const { certificate, key } = serverPair(cluster.authority, names[0]!, names, [machine.address], validity);
    writeFileSync(file(), key + certificate);
  };
  const run = (text = script) =>
    spawnSync('sh', ['-s'], {
      input: text,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${join(folder, 'programs')}:${process.env['PATH'] ?? ''}`,
        CURL_CA_BUNDLE: join(folder, 'root.pem'),
      },
    });
  const served = (): X509Certificate => new X509Certificate(readFileSync(file()));
  const shortLived = (): Promise<unknown> =>
    vault.request({
      method: 'PATCH',
      path: `pki/roles/${machine.name}`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { ttl: lifeSeconds, max_ttl: lifeSeconds, not_before_duration: '1s' },
    });

  test('a certificate of which more than a third is left stays as it is, and nobody is asked', () => {
    const now = Date.now();
    first(new Date(now - 240 * 86_400_000), new Date(now + 125 * 86_400_000));
    const before = readFileSync(file());
    expect(run(script.replaceAll(cluster.nodes[0]!.url, 'https://127.0.0.1:1'))).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(readFileSync(file())).toEqual(before);
    expect(existsSync(calls)).toBe(false);
  });

  test('with less than a third it is signed anew by Vault, for the same names and a new key, and read by its unit', () => {
    const now = Date.now();
    first(new Date(now - 250 * 86_400_000), new Date(now + 115 * 86_400_000));
    const before = served();
    expect(run()).toMatchObject({ status: 0, stderr: '' });
    const after = served();
    expect(after.subjectAltName?.split(', ').sort()).toEqual(before.subjectAltName?.split(', ').sort());
    expect(after.subject).toContain(`CN=${machine.name}`);
    expect(after.publicKey.equals(before.publicKey)).toBe(false);
    expect(after.issuer).toContain('platform intermediate');
    const printed = spawnSync('sh', ['-s'], {
      input: readScript('registry', join(folder, 'tls')),
      encoding: 'utf8',
    }).stdout;
    expect(certificateProblems(wanted, printed, cluster.authority.root, new Date())).toEqual([]);
    expect(readFileSync(calls, 'utf8')).toContain('systemctl reload-or-restart a.service\n');
    expect(execFileSync('ls', ['-A', join(folder, 'tls')], { encoding: 'utf8' })).toBe('registry.pem\n');
  });

  test('a Vault that refuses, or is not there, leaves the certificate that is served', () => {
    const now = Date.now();
    first(new Date(now - 250 * 86_400_000), new Date(now + 115 * 86_400_000));
    const before = readFileSync(file());
    const refused = run(script.replaceAll('"common_name":"gitops-1"', '"common_name":"vault-1"'));
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(/400/);
    expect(run(script.replaceAll(':8200', ':1')).status).not.toBe(0);
    expect(readFileSync(file())).toEqual(before);
    expect(execFileSync('ls', ['-A', join(folder, 'tls')], { encoding: 'utf8' })).toBe('registry.pem\n');
  });

  test('over 400 days, a look a day, a valid certificate is served every day, and it was renewed once', async () => {
    await shortLived();
    const begin = Date.now();
    first(new Date(begin), new Date(begin + lifeSeconds * 1000));
    const serials = new Set<string>();
    let days = 0;
    for (; Date.now() < begin + 400 * dayMs; days += 1) {
      const ran = run();
      expect(ran.stderr).toBe('');
      const { serialNumber, validFrom, validTo } = served();
      serials.add(serialNumber);
      expect(Date.parse(validTo)).toBeGreaterThan(Date.now());
      // Times in certificates are whole seconds.
      expect(Date.parse(validFrom)).toBeLessThan(Date.now() + 1_000);
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, begin + (days + 1) * dayMs - Date.now())),
      );
    }
    expect(serials.size).toBe(2);
    expect(days).toBeGreaterThan(100);
  });
});
