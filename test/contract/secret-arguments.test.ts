import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../../activities/host/command.js';
import { compile, type ScriptMode } from '../../activities/host/compile.js';
import { file } from '../../activities/host/file.js';
import type { Resource } from '../../activities/host/resource.js';
import { stateOf } from '../../activities/roles/2-preparation/steps.js';
import { contextFor } from '../unit/prepare-fixture.js';
import { canTestWith } from '../../tools/test-programs.js';

const canary = 'canary-7f3a91c2-that-nobody-may-read';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'socle-arguments-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every argument of every program that the script started, as the kernel saw them. */
function startedPrograms(resources: readonly Resource[], mode: ScriptMode): string {
  const trace = join(folder, 'trace');
  const script = compile(resources, { mode, stateFolder: join(folder, 'state') });
  const { status, stderr } = spawnSync(
    'strace',
    ['-f', '-qq', '-s', '65536', '-e', 'trace=execve', '-e', 'signal=none', '-o', trace, 'sh', '-s'],
    { input: script, encoding: 'utf8' },
  );
  expect(status, stderr).toBe(0);
  return readFileSync(trace, 'utf8');
}

describe.runIf(canTestWith('strace'))('what every account of a machine can see of a script', () => {
  const secret = (content: string): Resource =>
    file({
      path: join(folder, 'auth.conf'),
      content,
      mode: '0600',
      owner: `${userInfo().username}:${spawnSync('id', ['-gn'], { encoding: 'utf8' }).stdout.trim()}`,
      secret: true,
    });

  test('a secret file is written, compared and replaced without an argument that holds it', () => {
    for (const [content, mode] of [
      [`password ${canary}\n`, 'check'],
      [`password ${canary}\n`, 'apply'],
      [`password ${canary}-2\n`, 'check'],
      [`password ${canary}-2\n`, 'apply'],
      [`password ${canary}-2\n`, 'check'],
    ] as const) {
      const programs = startedPrograms([secret(content)], mode);
      expect(programs).toContain('"flock"');
      expect(programs).not.toContain(canary);
    }
    expect(readFileSync(join(folder, 'auth.conf'), 'utf8')).toBe(`password ${canary}-2\n`);
  });

  test('one that were given to a program would be found', () => {
    const careless = command({
      title: 'careless',
      unless: 'false',
      run: `/bin/true ${canary}`,
      reason: 'test',
    });
    expect(startedPrograms([careless], 'check')).not.toContain(canary);
    expect(() => expect(startedPrograms([careless], 'apply')).not.toContain(canary)).toThrow();
  });
});

test.each(['vault-1', 'lb-dmz-1'])(
  'in the steps of %s secrets are nothing but contents of secret files',
  async (name) => {
    const context = await contextFor(name, (site) => ({
      ...site,
      artifacts: { ...site.artifacts, username: 'mirror', password: 'env:MIRROR_PASSWORD' },
    }));
    // What else is referred to are certificates of authorities, which are public.
    const resolve = async (reference: string): Promise<string> =>
      reference === 'env:MIRROR_PASSWORD' ? canary : context.secrets.resolve(reference);
    const secrets = { ...context.secrets, resolve };
    const hostKey = context.secrets.hostKey(name).privateKey.split('\n')[1]!;
    const wanted = await Promise.all(
      Object.values(stateOf).map(async (state) => state({ ...context, secrets })),
    );
    const holding = wanted.flat().filter(({ call }) => call.includes(canary) || call.includes(hostKey));
    expect(holding.map(({ title }) => title)).toContain('file /etc/ssh/ssh_host_ed25519_key');
    expect(holding.map(({ title }) => title)).toContain('file /etc/apt/auth.conf.d/90-socle.conf');
    for (const { title, call } of holding) expect(call, title).toMatch(/^file \S+ 600 root:root hidden /);
  },
);
