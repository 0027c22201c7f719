import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifact, type ArtifactState } from '../../../activities/host/artifact.js';
import { artifactLogin, artifactLoginPath } from '../../../activities/host/artifact-login.js';
import { compile, type ScriptMode } from '../../../activities/host/compile.js';
import { parseReport } from '../../../activities/host/report.js';
import type { Resource } from '../../../activities/host/resource.js';
import { runShell } from '../../../sandbox/machine/shell.js';
import { simulatedProgram, storeFiles } from '../../../sandbox/store.js';
import { fileServer, type FileServer } from '../artifacts/file-server.js';
import { openSandbox, type Sandbox } from './sandbox-fixture.js';

const vaultPath = 'vault/1.21.1/vault_1.21.1_linux_amd64.zip';
const gogsPath = 'gogs/0.14.3/gogs_v0.14.3_linux_amd64.tar.gz';
const sum = (path: string): string => createHash('sha256').update(storeFiles.get(path)!).digest('hex');

let server: FileServer;
let sandbox: Sandbox;
beforeAll(async () => {
  server = await fileServer();
  for (const [path, content] of storeFiles) server.files.set(`/store/${path}`, content);
  const port = Number(new URL(server.url).port);
  // Nobody listens at port 9, and nobody knows the other address.
  sandbox = openSandbox([{ address: '127.0.0.1', ports: [port, 9], name: 'artefact store' }]);
  await sandbox.start('machine-1');
  await run('apt-get update && apt-get install -y curl unzip');
});
afterAll(async () => {
  server.close();
  await sandbox.close();
});

const run = (line: string) => sandbox.run('machine-1', line);
const vault = (more: Partial<ArtifactState> = {}): Resource =>
  artifact({
    url: `${server.url}/store/${vaultPath}`,
    sha256: sum(vaultPath),
    path: '/usr/local/bin/vault',
    from: { zip: 'vault' },
    ...more,
  });

async function script(mode: ScriptMode, ...resources: Resource[]) {
  const machine = sandbox.machine('machine-1');
  const { stdout, stderr } = await runShell(machine, 'root', 'sh -s', compile(resources, { mode }));
  return { states: parseReport(stdout).resources.map(({ state }) => state), stderr };
}

describe('an artefact on a machine of the sandbox', () => {
  test('goes on after a cut connection, is installed from zip and tar, and is then in order', async () => {
    const gogs = artifact({
      url: `${server.url}/store/${gogsPath}`,
      sha256: sum(gogsPath),
      path: '/usr/local/bin/gogs',
      from: { tar: 'gogs/gogs' },
    });
    expect(await script('check', vault(), gogs)).toEqual({ states: ['todo', 'todo'], stderr: '' });
    server.cuts = [60];
    server.requests = [];
    const cut = await script('apply', vault());
    expect(cut.stderr).toContain('curl: (56) Recv failure');
    expect(await script('apply', vault(), gogs)).toEqual({ states: ['changed', 'changed'], stderr: '' });
    expect((await run('cat /usr/local/bin/vault /usr/local/bin/gogs')).stdout).toBe(
      simulatedProgram('vault', '1.21.1') + simulatedProgram('gogs', '0.14.3'),
    );
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=60-', undefined]);
    expect(await script('check', vault(), gogs)).toEqual({ states: ['ok', 'ok'], stderr: '' });
    expect((await run('ls /var/lib/socle/artifacts /usr/local/bin')).stdout).not.toMatch(/part|new/);
  });

  test('whose part is broken begins anew', async () => {
    const broken = `/var/lib/socle/artifacts/${sum(vaultPath)}.part`;
    await run(`seq 1 500 >${broken}; rm /usr/local/bin/vault`);
    expect((await script('apply', vault())).states).toEqual(['changed']);
  });

  test('with a wrong checksum leaves what was there', async () => {
    const wrong = await script('apply', vault({ sha256: 'ab'.repeat(32) }));
    expect(wrong.states).toEqual([]);
    expect(wrong.stderr).toContain(`SHA-256 is ${sum(vaultPath)}, wanted ${'ab'.repeat(32)}`);
    expect((await run('cat /usr/local/bin/vault')).stdout).toBe(simulatedProgram('vault', '1.21.1'));
    expect((await run('ls /var/lib/socle/artifacts')).stdout).not.toContain('part');
  });

  test('is asked for with the login of the store', async () => {
    const login = artifactLogin({ store: server.url, username: 'reader', password: 'canary' });
    server.requests = [];
    const path = '/usr/local/bin/vault-2';
    expect((await script('apply', login, vault({ path, login: artifactLoginPath }))).states).toEqual([
      'changed',
      'changed',
    ]);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('reader:canary')}`);
  });
});

describe('curl on a machine of the sandbox', () => {
  const curl = (url: string, output = '/tmp/x'): Promise<{ stderr: string; exitCode: number }> =>
    run(`curl --fail --silent --show-error --continue-at - --output ${output} ${url}`);

  test('ends with the code that curl has for it', async () => {
    expect(await curl(`${server.url}/store/none`)).toMatchObject({
      exitCode: 22,
      stderr: 'curl: (22) The requested URL returned error: 404\n',
    });
    expect((await curl('http://127.0.0.1:9/x')).exitCode).toBe(7);
    expect((await curl('http://127.0.0.1:1/x')).exitCode).toBe(7);
    expect((await curl('http://127.99.0.1/x')).exitCode).toBe(28);
    expect((await curl(`${server.url}/store/${vaultPath}`, '/no/folder')).exitCode).toBe(23);
    await run('seq 1 500 >/tmp/x');
    expect(
      await run(
        `curl --fail --write-out '%{http_code}' --continue-at - --output /tmp/x ${server.url}/store/${vaultPath}`,
      ),
    ).toMatchObject({ exitCode: 22, stdout: '416' });
    server.ranges = false;
    await run('echo beginning >/tmp/x');
    expect((await curl(`${server.url}/store/${vaultPath}`)).exitCode).toBe(33);
    server.ranges = true;
  });

  test('refuses what is not simulated', async () => {
    expect((await run('curl --upload-file /etc/hosts http://127.0.0.1/')).exitCode).toBe(2);
    expect((await curl('https://127.0.0.1/x')).exitCode).toBe(1);
  });
});

describe('unzip on a machine of the sandbox', () => {
  test('tells a missing archive, a missing member and what is no archive apart', async () => {
    await run('echo no zip >/tmp/no.zip');
    expect((await run('unzip -p /tmp/none.zip x')).exitCode).toBe(9);
    expect((await run('unzip -p /tmp/no.zip x')).stderr).toContain('End-of-central-directory');
    const part = await run(
      `rm -f /tmp/v; curl --fail --continue-at - --output /tmp/v ${server.url}/store/${vaultPath}; unzip -p /tmp/v none`,
    );
    expect(part).toMatchObject({ exitCode: 11, stderr: 'caution: filename not matched:  none\n' });
  });
});
