import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { authorityOf } from '../../../config/certificates/authority.js';
import { loadSite } from '../../../config/load.js';
import { machineNamespace, namespace, within } from '../../../laboratory/names.js';
import { expectSuccess, type Datacentre } from '../datacentre.js';
import { program, until, type Ran } from '../laboratory.js';
import { asRoot, machineOf } from '../log-in.js';

export const gogsMachine = 'gitops-1';
const role = 'install-gogs';
const branch = 'master';

/** The Git server, Gitea standing in for Gogs, on a real machine; read and written with the real git. */
export function gogsProofs(given: () => Datacentre, machines: readonly string[]): void {
  describe('the Git server', () => {
    let [url, trust, clone] = ['', '', ''];
    let passwords: Record<'socle' | 'argocd', string> = { socle: '', argocd: '' };
    beforeAll(async () => {
      const { address } = await machineOf(given(), gogsMachine);
      const secrets = await given().secrets();
      url = `https://${address}/platform/gitops.git`;
      passwords = { socle: secrets.gogsPassword('socle'), argocd: secrets.gogsPassword('argocd') };
      trust = join(given().folder, 'gogs-authority.pem');
      writeFileSync(trust, (await authorityOf(await loadSite(given().site), secrets)).root);
      clone = mkdtempSync(join(given().folder, 'clone-'));
    });

    const deploy = () => given().run('apply', given().site, machines, ['provisioning', 'preparation', role]);
    const git = (user: 'socle' | 'argocd', words: readonly string[], from = namespace): Promise<Ran> => {
      const login = Buffer.from(`${user}:${passwords[user]}`).toString('base64');
      const settings = {
        'http.extraHeader': `Authorization: Basic ${login}`,
        'user.name': 'Proof',
        'user.email': 'proof@platform.example',
      };
      const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
      const environment = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_SSL_CAINFO: trust };
      return program([...within(from), 'timeout', '30', 'git', ...options, ...words], environment);
    };
    const head = async (): Promise<string> => {
      const asked = await git('argocd', ['ls-remote', url, branch]);
      expect(asked, asked.stderr).toMatchObject({ code: 0 });
      return asked.stdout.split('\t')[0] ?? '';
    };

    test('is installed, and a second run finds nothing to do', async () => {
      const made = await deploy();
      expectSuccess(made);
      expect(made.changes.length).toBeGreaterThan(15);
      const again = await deploy();
      expectSuccess(again);
      expect(again.changes).toEqual([]);
    });

    test('Argo CD may read the repository, from where the port table lets it, and not write it', async () => {
      const cloned = await git('argocd', ['clone', '--quiet', url, clone]);
      expect(cloned, cloned.stderr).toMatchObject({ code: 0 });
      const change = ['-C', clone, 'commit', '--quiet', '--allow-empty', '--message', 'A proof'];
      expect(await git('argocd', change)).toMatchObject({ code: 0 });
      expect((await git('argocd', ['-C', clone, 'push', 'origin', branch])).stderr).toMatch(/403|denied/);
      expect((await git('argocd', ['ls-remote', url], machineNamespace('vault-1'))).code).not.toBe(0);
    });

    test('Socle may write it, and it is still there after the power was cut', async () => {
      expect(await git('socle', ['-C', clone, 'push', 'origin', branch])).toMatchObject({ code: 0 });
      const written = await head();
      await asRoot(
        given(),
        gogsMachine,
        'sync; systemd-run --quiet --on-active=1 systemctl reboot --force --force\n',
      );
      await until(async () => (await git('argocd', ['ls-remote', url, branch])).code !== 0, 30_000);
      await until(async () => (await git('argocd', ['ls-remote', url, branch])).code === 0, 90_000);
      expect(await head()).toBe(written);
      const again = await deploy();
      expectSuccess(again);
      expect(again.changes).toEqual([]);
    });

    test('nobody may register, and no process shows the password', async () => {
      const page = [
        'curl',
        '--silent',
        '--cacert',
        trust,
        '--output',
        '/dev/null',
        '--write-out',
        '%{http_code}',
      ];
      const form = [
        '--data',
        'user_name=other&email=other@platform.example&password=long-enough&retype=long-enough',
      ];
      const origin = new URL(url).origin;
      const asked = await program([...within(namespace), ...page, ...form, `${origin}/user/sign_up`]);
      expect(asked.stdout).toBe('403');
      const journal = await asRoot(given(), gogsMachine, 'journalctl --boot all --no-pager\n');
      for (const password of Object.values(passwords)) expect(journal).not.toContain(password);
      const left = await asRoot(
        given(),
        gogsMachine,
        'ls /run/gogs-first-user /run/systemd/system/gogs-first-user.service 2>&1 || :\n',
      );
      expect(left.match(/No such file/g)).toHaveLength(2);
    });

    test('a token that was lost, a password and a right that were changed come back', async () => {
      await asRoot(given(), gogsMachine, 'rm /etc/gogs/administrator.token\n');
      const renewed = await deploy();
      expectSuccess(renewed);
      expect(renewed.changes).toEqual([expect.stringContaining('token of the administrator')]);
      const raised = given().copy('raised.yaml', [['secrets', 'versions', 'gogsPassword'], 2]);
      const rotated = await given().run('apply', raised, machines, ['provisioning', 'preparation', role]);
      expectSuccess(rotated);
      expect(rotated.changes).toEqual([
        expect.stringContaining('password of socle'),
        expect.stringContaining('reader argocd'),
      ]);
      const back = await deploy();
      expectSuccess(back);
      expect((await git('argocd', ['ls-remote', url, branch])).code).toBe(0);
    });

    test('removal leaves nothing of it', async () => {
      const removed = await given().run('remove', given().site, machines, [role]);
      expectSuccess(removed);
      const left = await asRoot(
        given(),
        gogsMachine,
        'ls -d /etc/gogs /var/lib/gogs /usr/local/bin/gogs /etc/socle/tls/gogs.pem 2>/dev/null || :\nid git 2>&1 || :\n',
      );
      expect(left).toMatch(/^id: .*no such user/);
    });
  });
}
