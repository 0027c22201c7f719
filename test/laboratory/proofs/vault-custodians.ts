import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namespace, within } from '../../../laboratory/names.js';
import { expectSuccess, stateFolder, type Datacentre, type Outcome } from '../datacentre.js';
import { main, program, until, type Ran } from '../laboratory.js';
import { vaultMachines } from './vault.js';

const people = ['custodian-1', 'custodian-2', 'custodian-3'] as const;
const owner = 'root-owner';
const role = 'install-vault';

/** A Vault that people open: their shares and the root token pass by Temporal and every worker. */
export function custodianProofs(given: () => Datacentre, machines: readonly string[]): void {
  describe('a Vault with custodians', () => {
    let site = '';
    let home = '';
    beforeAll(() => {
      home = join(given().folder, 'gnupg');
      mkdirSync(home, { mode: 0o700 });
      const armoured = (name: string): string => {
        gpg('--quick-generate-key', name, 'rsa3072', 'default', 'never');
        // Its encryption subkey.
        gpg('--quick-add-key', fingerprint(name), 'rsa3072', 'encr', 'never');
        const file = join(given().folder, `${name}.asc`);
        writeFileSync(file, gpg('--armor', '--export', name));
        return `file:${file}`;
      };
      const custodians = people.map((name) => ({ name, pgpKey: armoured(name) }));
      const unseal = { kind: 'custodians', threshold: 2, custodians, rootToken: armoured(owner) };
      site = given().copy('custodians.yaml', [['vault'], { unseal }]);
    });

    // gpg has left an agent running for this folder.
    afterAll(() => void execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']));

    const gpg = (...words: string[]): string =>
      execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...words], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const fingerprint = (name: string): string =>
      /^fpr:+([0-9A-F]+):/m.exec(gpg('--with-colons', '--list-keys', name))![1]!;
    const decrypted = (message: string): string =>
      execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--decrypt'], {
        input: Buffer.from(message, 'base64'),
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    const deploy = (): Promise<Outcome> =>
      given().run('apply', site, machines, ['provisioning', 'preparation', role]);
    /** `socle vault …` where a person may reach Vault from: the management network. */
    const socleVault = (words: string[], input = ''): Promise<Ran> =>
      program(
        [...within(namespace), process.execPath, main, 'vault', words[0]!, site, ...words.slice(1)],
        {
          ...given().environment,
          SOCLE_MASTER_KEY: readFileSync(join(stateFolder, 'master.key'), 'utf8'),
        },
        input,
      );
    const states = async (): Promise<string[]> => {
      const { nodes } = JSON.parse((await socleVault(['status', '--json'])).stdout) as {
        nodes: { state: string }[];
      };
      return nodes.map(({ state }) => state);
    };
    const messageOf = async (whose: string): Promise<string> => {
      const ran = await socleVault(['shares', '--of', whose]);
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      return ran.stdout;
    };

    test('waits until two of three gave their shares, and then for the root token', async () => {
      const deployment = deploy();
      await until(async () => (await states())[0] === 'sealed', 120_000);
      const ends = await Promise.all(
        people.slice(1).map(async (name) => socleVault(['unseal'], `${decrypted(await messageOf(name))}\n`)),
      );
      for (const { code, stdout, stderr } of ends) {
        expect(code, stderr).toBe(0);
        for (const machine of vaultMachines) expect(stdout).toContain(`${machine} is open\n`);
      }
      const outcome = await deployment;
      expect(outcome.code).not.toBe(0);
      expect(outcome.failure).toContain('socle vault configure FILE');
      expect((await states()).sort()).toEqual(['active', 'standby', 'standby']);
    });

    test('a share that is none is refused, and a wrong owner is told who there is', async () => {
      const wrong = await socleVault(['shares', '--of', 'nobody']);
      expect(wrong.code).not.toBe(0);
      expect(wrong.stderr).toContain('There is: custodian-1, custodian-2, custodian-3, root-token');
      expect((await socleVault(['unseal'], '\n')).stderr).toContain('Nothing was given');
    });

    test('is configured by whoever holds the root token, which is then worth nothing', async () => {
      const token = decrypted(await messageOf('root-token'));
      const configured = await socleVault(['configure'], `${token}\n`);
      expect(configured, configured.stderr).toMatchObject({ code: 0 });
      expect(configured.stdout).toContain('policy orchestrator');
      expect(configured.stdout + configured.stderr).not.toContain(token);
      expect((await socleVault(['configure'], `${token}\n`)).stderr).toMatch(/403/);
      expectSuccess(await deploy());
      const again = await deploy();
      expectSuccess(again);
      expect(again.changes).toEqual([]);
      expectSuccess(await given().run('remove', site, machines, [role]));
    });
  });
}
