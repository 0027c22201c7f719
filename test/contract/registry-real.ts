import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { registryConfiguration } from '../../activities/roles/3-base-infrastructure/registry/configuration.js';
import { htpasswdFile } from '../../activities/roles/3-base-infrastructure/registry/htpasswd.js';
import {
  configurationPath,
  htpasswdPath,
  registryUsers,
  type RegistryInstance,
} from '../../activities/roles/3-base-infrastructure/registry/settings.js';
import { platformCertificate, testSecrets } from './platform-certificate.js';
import type { Login, RegistryUnderTest } from './registry-contract.js';

const run = promisify(execFile);
const program = 'docker-registry';

export type RealRegistry = RegistryUnderTest & {
  folder: string;
  /** Collects garbage as the unit does: the pushing instance is stopped meanwhile. @returns what the program said */
  collectGarbage: () => Promise<string>;
};

/** Debian's registry, twice over one storage, with the role's own texts. */
export async function startRealRegistry(): Promise<RealRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'socle-registry-'));
  const { ca, certificate, key } = await platformCertificate();
  const paths = {
    program,
    configuration: folder,
    storage: join(folder, 'storage'),
    certificate: join(folder, 'tls.crt'),
    key: join(folder, 'tls.key'),
  };
  writeFileSync(paths.certificate, certificate);
  writeFileSync(paths.key, key, { mode: 0o600 });
  const secrets = testSecrets();
  const started = new Map<RegistryInstance, ChildProcess>();
  const prepare = async (instance: RegistryInstance): Promise<{ url: string; login: Login }> => {
    const user = registryUsers[instance];
    const login = { username: user, password: secrets.registryPassword(user) };
    const logins = [{ user, password: login.password, salt: secrets.registrySalt(user) }];
    writeFileSync(htpasswdPath(instance, paths), htpasswdFile(logins), { mode: 0o600 });
    const port = await freePort();
    const settings = {
      instance,
      httpSecret: secrets.registryHttpSecret(),
      address: '127.0.0.1',
      port,
      paths,
    };
    writeFileSync(configurationPath(instance, paths), registryConfiguration(settings), { mode: 0o600 });
    return { url: `https://127.0.0.1:${port}`, login };
  };
  const start = async (instance: RegistryInstance): Promise<void> => {
    const child = spawn(program, ['serve', configurationPath(instance, paths)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.set(instance, child);
    const lines = createInterface({ input: child.stderr });
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        said.push(line);
        if (line.includes('listening on')) resolve();
      });
      child.once('exit', () => reject(new Error(`${program} ended: ${said.slice(-3).join('\n')}`)));
    });
  };
  const stop = async (instance: RegistryInstance): Promise<void> => {
    const child = started.get(instance)!;
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  const push = await prepare('push');
  const pull = await prepare('pull');
  await start('push');
  await start('pull');
  return {
    ca,
    push,
    pull,
    folder,
    collectGarbage: async () => {
      await stop('push');
      const { stdout } = await run(program, ['garbage-collect', configurationPath('push', paths)]);
      await start('push');
      return stdout;
    },
    close: async () => {
      await Promise.all([stop('push'), stop('pull')]);
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
