import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cacheFolder } from '../../../config/cache-folder.js';
import { namespace, within } from '../../../laboratory/names.js';
import { vaultPath } from '../../../tools/vault-program.js';
import { expectSuccess, type Datacentre, type Outcome } from '../datacentre.js';
import { firstProcess } from '../inside-machine.js';
import { program, until } from '../laboratory.js';
import { askVault, vaultMachines } from './vault.js';

const role = 'install-vault';
/** Where the services outside the platform are. */
const address = '10.60.0.2:8210';
const rootToken = 'root-token-of-the-other-vault';

/** A Vault that another Vault opens, which runs where the services outside the platform do. */
export function transitProofs(given: () => Datacentre, machines: readonly string[]): void {
  describe('a Vault that another one opens', () => {
    let site = '';
    let other: ChildProcess;
    beforeAll(async () => {
      const folder = join(given().folder, 'other-vault');
      mkdirSync(folder, { mode: 0o700 });
      const options = ['-dev-tls', '-dev-no-store-token', `-dev-tls-san=${address.split(':')[0]}`];
      const words = [
        ...[await vaultPath(cacheFolder()), 'server', '-dev', ...options],
        ...[`-dev-tls-cert-dir=${folder}`, `-dev-listen-address=${address}`],
      ];
      const [command = '', ...rest] = [...within(namespace), ...words];
      const env = { ...process.env, VAULT_DEV_ROOT_TOKEN_ID: rootToken };
      other = spawn(command, rest, { env, stdio: 'ignore' });
      const ca = join(folder, 'vault-ca.pem');
      await until(
        async () => existsSync(ca) && (await ask(ca, 'sys/mounts/transit', '{"type":"transit"}')),
        60_000,
      );
      expect(await ask(ca, 'transit/keys/lab', '{}')).toBe(true);
      const token = join(given().folder, 'other-vault-token');
      writeFileSync(token, `${rootToken}\n`);
      const unseal = {
        kind: 'transit',
        url: `https://${address}`,
        key: 'lab',
        token: `file:${token}`,
        ca: `file:${ca}`,
      };
      site = given().copy('transit.yaml', [['vault'], { unseal }]);
    }, 120_000);
    afterAll(async () => {
      const ended = once(other, 'exit');
      other.kill('SIGKILL');
      await ended;
    });

    const ask = async (ca: string, path: string, body: string): Promise<boolean> => {
      const config = [
        `url = "https://${address}/v1/${path}"`,
        `cacert = "${ca}"`,
        `header = "X-Vault-Token: ${rootToken}"`,
        `data = ${JSON.stringify(body)}`,
        'fail',
        'silent',
        'max-time = 10',
      ].join('\n');
      return (await program([...within(namespace), 'curl', '--config', '-'], process.env, config)).code === 0;
    };
    const deploy = (): Promise<Outcome> =>
      given().run('apply', site, machines, ['provisioning', 'preparation', role]);
    const states = async (): Promise<number[]> =>
      (
        await Promise.all(
          vaultMachines.map(async (name) => (await askVault(given(), name, 'sys/health')).status),
        )
      ).sort();

    test('is installed, and a second run finds nothing to do', async () => {
      expectSuccess(await deploy());
      expect(await states()).toEqual([200, 429, 429]);
      const again = await deploy();
      expectSuccess(again);
      expect(again.changes).toEqual([]);
    });

    test('all machines lost their power: they are open again without anybody, and the deployment finds them so', async () => {
      for (const machine of vaultMachines) process.kill((await firstProcess(machine))!, 'SIGKILL');
      const outcome = await deploy();
      expectSuccess(outcome);
      expect(outcome.changes.map((change) => change.slice(change.indexOf(':') + 2))).toEqual(
        vaultMachines.map(() => 'power on'),
      );
      expect(await states()).toEqual([200, 429, 429]);
    });

    test('removal takes it away', async () => {
      expectSuccess(await given().run('remove', site, machines, [role]));
      expect(await states()).toEqual([0, 0, 0]);
    });
  });
}
