import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { authorityOf } from '../../../config/certificates/authority.js';
import { loadSite } from '../../../config/load.js';
import { machineNamespace, namespace, within } from '../../../laboratory/names.js';
import { expectSuccess, type Datacentre } from '../datacentre.js';
import { program, until, type Ran } from '../laboratory.js';
import { asRoot, machineOf } from '../log-in.js';

export const registryMachine = 'gitops-1';
const elsewhere = 'dmz-node-1';
const role = 'install-docker-registry';
const image = 'socle/trial:1';

/** The image registry with Debian's own program, asked by skopeo. */
export function registryProofs(given: () => Datacentre, machines: readonly string[]): void {
  describe('the image registry', () => {
    let [address, trust] = ['', ''];
    let passwords: Record<'node' | 'socle', string> = { node: '', socle: '' };
    beforeAll(async () => {
      address = (await machineOf(given(), registryMachine)).address;
      const secrets = await given().secrets();
      passwords = { node: secrets.registryPassword('node'), socle: secrets.registryPassword('socle') };
      trust = join(given().folder, 'registry-trust');
      mkdirSync(trust);
      writeFileSync(join(trust, 'ca.crt'), (await authorityOf(await loadSite(given().site), secrets)).root);
    });

    const deploy = () => given().run('apply', given().site, machines, ['provisioning', 'preparation', role]);
    const skopeo = (from: string, ...words: string[]): Promise<Ran> =>
      program([...within(from), 'timeout', '20', 'skopeo', ...words]);
    const pull = (user: 'node' | 'socle', port: number, from = namespace): Promise<Ran> =>
      skopeo(
        from,
        ...['inspect', '--cert-dir', trust, '--creds', `${user}:${passwords[user]}`],
        `docker://${address}:${port}/${image}`,
      );
    const push = (user: 'node' | 'socle', port: number): Promise<Ran> =>
      skopeo(
        namespace,
        ...['copy', '--src-cert-dir', trust, '--dest-cert-dir', trust],
        ...['--src-creds', `node:${passwords.node}`, '--dest-creds', `${user}:${passwords[user]}`],
        `docker://${address}:5000/${image}`,
        `docker://${address}:${port}/socle/pushed:1`,
      );

    test('is installed, and a second run finds nothing to do', async () => {
      const made = await deploy();
      expectSuccess(made);
      expect(made.changes.length).toBeGreaterThan(20);
      const again = await deploy();
      expectSuccess(again);
      expect(again.changes).toEqual([]);
    });

    test('gives what was pushed over TLS that the platform signed, to whoever has a login of that instance', async () => {
      const pulled = await pull('node', 5000);
      expect(pulled, pulled.stderr).toMatchObject({ code: 0 });
      expect((await pull('socle', 5000)).stderr).toMatch(/unauthorized|authentication required/);
      expect((await pull('node', 5001)).stderr).toMatch(/unauthorized|authentication required/);
    });

    test('takes a push from Socle alone: by the pushing instance, its login, and its address', async () => {
      const pushed = await push('socle', 5001);
      expect(pushed, pushed.stderr).toMatchObject({ code: 0 });
      expect((await push('node', 5001)).stderr).toMatch(/unauthorized|authentication required/);
      expect((await push('node', 5000)).code).not.toBe(0);
      expect((await pull('socle', 5001, machineNamespace(elsewhere))).code).not.toBe(0);
    });

    test('collects garbage by its unit and takes pushes again afterwards', async () => {
      await asRoot(given(), registryMachine, 'systemctl start socle-registry-collect.service\n');
      const state = await asRoot(
        given(),
        registryMachine,
        'systemctl show --property=Result --value socle-registry-collect.service\n',
      );
      expect(state).toBe('success\n');
      await until(async () => (await push('socle', 5001)).code === 0, 20_000);
    });

    test('answers again after a restart of its machine', async () => {
      const bootId = (): Promise<string> =>
        asRoot(given(), registryMachine, 'cat /proc/sys/kernel/random/boot_id\n').catch(() => '');
      const before = await bootId();
      await asRoot(given(), registryMachine, 'systemd-run --quiet --on-active=1 systemctl reboot\n');
      await until(async () => !['', before].includes(await bootId()), 60_000);
      await until(async () => (await pull('node', 5000)).code === 0, 60_000);
    });

    test('removal takes program, images and files away', async () => {
      expectSuccess(await given().run('remove', given().site, machines, [role]));
      const left = await asRoot(
        given(),
        registryMachine,
        'ls -d /etc/distribution /var/lib/registry /usr/local/bin/registry /etc/systemd/system/*registry* /etc/socle/tls/registry* /etc/systemd/system/socle-certificate-* 2>/dev/null || :\ncommand -v docker-registry || :\nss -H -lnt | grep -E ":(5000|5001) " || :\ngetent passwd registry || :\n',
      );
      expect(left).toBe('');
    });
  });
}
