import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { authorityOf } from '../../../config/certificates/authority.js';
import { loadSite } from '../../../config/load.js';
import { machineNamespace, namespace, within } from '../../../laboratory/names.js';
import { serverPair } from '../../server-pair.js';
import { expectSuccess, type Datacentre } from '../datacentre.js';
import { firstProcess } from '../inside-machine.js';
import { program, until } from '../laboratory.js';
import { asRoot, machineOf } from '../log-in.js';

export const vaultMachines = ['vault-1', 'vault-2', 'vault-3'] as const;
const role = 'install-vault';

type Answer = { status: number; body: { errors?: string[]; data?: { data?: unknown }; auth?: unknown } };

/** Asks a node over HTTPS with curl from where the orchestrator is, or from a machine. */
export async function askVault(
  given: Datacentre,
  machine: string,
  path: string,
  { token = '', body, from = namespace }: { token?: string; body?: unknown; from?: string } = {},
): Promise<Answer> {
  const authority = join(given.folder, 'vault-authority.pem');
  writeFileSync(authority, (await authorityOf(await loadSite(given.site), await given.secrets())).root);
  const { address } = await machineOf(given, machine);
  const config = [
    `url = "https://${address}:8200/v1/${path}"`,
    `cacert = "${authority}"`,
    'silent',
    'show-error',
    'max-time = 10',
    'write-out = "\\n%{http_code}"',
    ...(token === '' ? [] : [`header = "X-Vault-Token: ${token}"`]),
    ...(body === undefined ? [] : [`data = ${JSON.stringify(JSON.stringify(body))}`]),
  ].join('\n');
  const ran = await program([...within(from), 'curl', '--config', '-'], process.env, config);
  const [text = '', status = '0'] = [
    ran.stdout.slice(0, ran.stdout.lastIndexOf('\n')),
    ran.stdout.split('\n').at(-1),
  ];
  return { status: Number(status), body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
}

/** Three nodes of the real Vault on real machines, from nothing to their removal. */
export function vaultProofs(given: () => Datacentre, machines: readonly string[]): void {
  describe('Vault', () => {
    let ids = { role_id: '', secret_id: '' };
    beforeAll(async () => {
      const secrets = await given().secrets();
      ids = {
        role_id: secrets.vaultRoleId('orchestrator'),
        secret_id: secrets.vaultSecretId('orchestrator'),
      };
    });

    const deploy = () => given().run('apply', given().site, machines, ['provisioning', 'preparation', role]);
    const whatHappened = (changes: readonly string[]): string[] =>
      changes.map((change) => change.slice(change.indexOf(':') + 2)).sort();
    /** 200 leads, 429 stands by, 503 is sealed, 0 does not answer. */
    const health = async (machine: string): Promise<number> =>
      (await askVault(given(), machine, 'sys/health')).status;
    const leader = async (): Promise<string> => {
      const states = await Promise.all(vaultMachines.map(health));
      return vaultMachines[states.indexOf(200)] ?? '';
    };
    const logIn = async (machine: string, from?: string): Promise<Answer> =>
      askVault(given(), machine, 'auth/approle/login', {
        body: ids,
        ...(from === undefined ? {} : { from }),
      });
    const token = async (machine: string): Promise<string> =>
      ((await logIn(machine)).body.auth as { client_token: string }).client_token;

    test('is installed on three machines, and a second run finds nothing to do', async () => {
      const made = await deploy();
      expectSuccess(made);
      expect(made.changes.length).toBeGreaterThan(60);
      const again = await deploy();
      expectSuccess(again);
      expect(again.changes).toEqual([]);
    });

    test('one node leads and the others stand by; nobody knows the root token any more', async () => {
      expect((await Promise.all(vaultMachines.map(health))).sort()).toEqual([200, 429, 429]);
      for (const machine of vaultMachines) {
        const kept = await asRoot(given(), machine, 'cat /var/lib/vault/initialisation\n');
        expect(kept).toMatch(/^kept\n\{"seal":"sealed","share":/);
        expect(kept).not.toContain('rootToken');
      }
    });

    test('lets Socle in from the management network and from nowhere else', async () => {
      expect((await logIn(vaultMachines[1])).status).toBe(200);
      const elsewhere = await logIn(vaultMachines[0], machineNamespace(vaultMachines[2]));
      expect([400, 403]).toContain(elsewhere.status);
    });

    test('writes both audit logs, through a rotation too, and no secret into them', async () => {
      const machine = await leader();
      const logs = '/var/log/vault/audit.log /var/lib/vault/audit/audit.log';
      await asRoot(given(), machine, 'logrotate --force /etc/logrotate.d/vault\n');
      const written = await token(machine);
      const sizes = await asRoot(given(), machine, `stat -c '%s %a %U' ${logs}\n`);
      expect(sizes.trim().split('\n')).toEqual([
        expect.stringMatching(/^[1-9]\d+ 600 vault$/),
        expect.stringMatching(/^[1-9]\d+ 600 vault$/),
      ]);
      const text = await asRoot(given(), machine, `cat ${logs}\n`);
      for (const secret of [written, ids.secret_id]) expect(text).not.toContain(secret);
    });

    test('a machine that restarted is opened by the next deployment, and nothing else is done', async () => {
      const written = await askVault(given(), await leader(), 'kv/data/platform/proof', {
        token: await token(await leader()),
        body: { data: { kept: 'yes' } },
      });
      expect(written.status).toBe(200);
      const leading = await leader();
      const restarted = vaultMachines.find((machine) => machine !== leading)!;
      const boot = () => asRoot(given(), restarted, 'cat /proc/sys/kernel/random/boot_id\n').catch(() => '');
      const before = await boot();
      await asRoot(given(), restarted, 'systemd-run --quiet --on-active=1 systemctl reboot\n');
      await until(async () => !['', before].includes(await boot()), 60_000);
      await until(async () => (await health(restarted)) === 503, 60_000);
      const opened = await deploy();
      expectSuccess(opened);
      expect(whatHappened(opened.changes)).toEqual([`${restarted}: opened`]);
    });
    test('a machine renews its certificate by itself when a third of its life is left', async () => {
      const name = vaultMachines[1];
      const { address } = await machineOf(given(), name);
      const { domain } = await loadSite(given().site);
      const authority = await authorityOf(await loadSite(given().site), await given().secrets());
      const names = [name, `${name}.${domain}`, `vault.${domain}`];
      const dayMs = 86_400_000;
      const validity = {
        notBefore: new Date(Date.now() - 250 * dayMs),
        notAfter: new Date(Date.now() + 115 * dayMs),
      };
      const { certificate, key } = serverPair(authority, name, names, [address], validity);
      const file = `/etc/socle/tls/${name}.pem`;
      // No pair of load balancers is here that would pass the machine on to Vault.
      await asRoot(
        given(),
        name,
        `cat >${file} <<'END'
${key}${certificate}END
cp -p /etc/hosts /root/hosts-kept
{ echo '${address} vault.${domain}'; cat /root/hosts-kept; } >/etc/hosts
systemctl start socle-certificate-${name}.service
cp -p /root/hosts-kept /etc/hosts
rm /root/hosts-kept
`,
      );
      const shown = await asRoot(
        given(),
        name,
        `openssl x509 -in ${file} -noout -issuer -enddate\nstat -c '%a %U:%G' ${file}\n`,
      );
      expect(shown).toMatch(/issuer=.*platform intermediate[^]*\n640 root:vault\n$/);
      const served = await asRoot(
        given(),
        name,
        `openssl s_client -connect ${address}:8200 </dev/null 2>/dev/null | openssl x509 -noout -issuer\n`,
      );
      expect(served).toContain('platform intermediate');
      expect([200, 429]).toContain(await health(name));
      const again = await deploy();
      expectSuccess(again);
      expect(again.changes).toEqual([]);
    });

    test('the leading machine loses its power: another node leads, nothing is lost, and it comes back', async () => {
      const leaderBefore = await leader();
      const killed = Date.now();
      process.kill((await firstProcess(leaderBefore))!, 'SIGKILL');
      await until(async () => !['', leaderBefore].includes(await leader()), 30_000);
      console.log(
        `another node led ${((Date.now() - killed) / 1000).toFixed(1)} s after the machine lost its power`,
      );
      const now = await leader();
      const read = await askVault(given(), now, 'kv/data/platform/proof', { token: await token(now) });
      expect(read.body.data?.data).toEqual({ kept: 'yes' });
      const outcome = await deploy();
      expectSuccess(outcome);
      expect(whatHappened(outcome.changes)).toEqual([`${leaderBefore}: opened`, 'power on'].sort());
    });

    test('all machines lost their power at once: one deployment opens all', async () => {
      for (const machine of vaultMachines) process.kill((await firstProcess(machine))!, 'SIGKILL');
      const outcome = await deploy();
      expectSuccess(outcome);
      const now = await leader();
      const read = await askVault(given(), now, 'kv/data/platform/proof', { token: await token(now) });
      expect(read.body.data?.data).toEqual({ kept: 'yes' });
    });

    test('removal takes the program, its data and its account away', async () => {
      expectSuccess(await given().run('remove', given().site, machines, [role]));
      for (const machine of vaultMachines) {
        const left = await asRoot(
          given(),
          machine,
          'ls -d /etc/vault.d /var/lib/vault /var/log/vault /usr/local/bin/vault /etc/systemd/system/vault.service /etc/logrotate.d/vault /etc/socle/tls/vault* /etc/systemd/system/socle-certificate-* 2>/dev/null || :\nss -H -lnt | grep -E ":(8200|8201) " || :\ngetent passwd vault || :\n',
        );
        expect(left).toBe('');
      }
    });
  });
}
