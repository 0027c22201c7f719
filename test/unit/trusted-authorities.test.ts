import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compile, type ScriptMode } from '../../activities/host/compile.js';
import { parseReport } from '../../activities/host/report.js';
import type { TrustStore } from '../../activities/host/trust-store.js';
import { trustedAuthorities } from '../../activities/host/trusted-authorities.js';
import { canTestWith } from '../../tools/test-programs.js';
import { authorityFrom } from '../certificates-fixture.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'socle-trust-'));
  for (const name of ['own', 'distribution', 'etc', 'hooks']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'ca.conf'), '');
  writeFileSync(join(root, 'updates'), '');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const one = { name: 'one', certificate: (await authorityFrom('11')).root };
const two = { name: 'two', certificate: (await authorityFrom('22')).root };

/** A store in a folder of its own, whose updates are counted. */
function store(update: string): TrustStore {
  return {
    folder: join(root, 'own'),
    extension: 'crt',
    update: `echo >>${root}/updates && ${update}`,
    bundle: join(root, 'etc/ca-certificates.crt'),
  };
}
const simple = () => store(`cat ${root}/own/*.crt >${root}/etc/ca-certificates.crt`);
const updates = (): number => readFileSync(join(root, 'updates'), 'utf8').length;

function run(authorities: readonly (typeof one)[], mode: ScriptMode, where = simple()) {
  const input = compile([trustedAuthorities(authorities, where)], { mode, stateFolder: join(root, 'state') });
  const { stdout, stderr, status } = spawnSync('dash', ['-s'], { input, encoding: 'utf8' });
  const [resource] = parseReport(stdout).resources;
  return { status, stderr, state: resource?.state, diff: resource?.diff };
}

describe('trust in authorities', () => {
  test('comes with one update for all of them, and is then in order', () => {
    const diff = ['one', 'two'].map((name) => `${root}/own/${name}.crt: not trusted`);
    expect(run([one, two], 'check')).toMatchObject({ state: 'todo', diff });
    expect(readdirSync(join(root, 'own'))).toEqual([]);
    expect(run([one, two], 'apply')).toMatchObject({ state: 'changed', diff, status: 0 });
    expect(readFileSync(join(root, 'own/one.crt'), 'utf8')).toBe(one.certificate);
    expect(run([one, two], 'apply').state).toBe('ok');
    expect(updates()).toBe(1);
  });

  test('is there already when somebody else saw to it under another name', () => {
    writeFileSync(
      join(root, 'etc/ca-certificates.crt'),
      `# first\n${two.certificate}# last\n${one.certificate}`,
    );
    expect(run([one, two], 'apply').state).toBe('ok');
    expect([readdirSync(join(root, 'own')), updates()]).toEqual([[], 0]);
  });

  test('is made good after an attempt that died before the update', () => {
    writeFileSync(join(root, 'own/one.crt'), one.certificate);
    expect(run([one], 'apply')).toMatchObject({ state: 'changed' });
    expect(updates()).toBe(1);
  });

  test('goes over to another certificate of the same name', () => {
    run([one], 'apply');
    expect(run([{ ...two, name: 'one' }], 'apply')).toMatchObject({ state: 'changed' });
    const bundle = readFileSync(join(root, 'etc/ca-certificates.crt'), 'utf8');
    expect([bundle.includes(one.certificate), bundle.includes(two.certificate)]).toEqual([false, true]);
  });

  test('is not believed of an update that leaves an authority out', () => {
    const ran = run([one], 'apply', store(':'));
    expect(ran).toMatchObject({ status: 1, state: undefined });
    expect(ran.stderr).toContain(`${root}/own/one.crt is still not trusted`);
  });

  test('asks for nothing when nothing is to be trusted', () => {
    expect(run([], 'apply').state).toBe('ok');
    expect(existsSync(join(root, 'etc/ca-certificates.crt'))).toBe(false);
  });
});

test.runIf(canTestWith('update-ca-certificates'))(
  'the real update-ca-certificates makes bundle and links by hash, again for another certificate',
  () => {
    const folders = `--certsconf ${root}/ca.conf --certsdir ${root}/distribution --localcertsdir ${root}/own --etccertsdir ${root}/etc --hooksdir ${root}/hooks`;
    const real = store(`update-ca-certificates --fresh ${folders}`);
    const found = (certificate: string): string => {
      writeFileSync(join(root, 'asked.pem'), certificate);
      const words = ['verify', '-no-CAfile', '-CApath', join(root, 'etc'), join(root, 'asked.pem')];
      return execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    };
    for (const authorities of [[one], [one, two], [{ ...two, name: 'one' }]]) {
      expect(run(authorities, 'apply', real).status).toBe(0);
      expect(run(authorities, 'check', real).state).toBe('ok');
      for (const { certificate } of authorities) expect(found(certificate)).toContain('OK');
    }
  },
);
