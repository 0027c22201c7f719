import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Host } from '../../activities/clients/ssh/open-host.js';
import { initialisationPlace } from '../../activities/roles/3-base-infrastructure/vault/initialisation-place.js';
import type { InitialisationPlace } from '../../activities/roles/3-base-infrastructure/vault/initialise-once.js';

let folder = '';
let file = '';
let place: InitialisationPlace & { copy: (kept: string) => Promise<void> };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'socle-initialisation-'));
  mkdirSync(join(folder, 'bin'));
  file = join(folder, 'initialisation');
  writeFileSync(join(folder, 'bin', 'systemctl'), `#!/bin/sh\necho "$*" >>${folder}/calls\n`, {
    mode: 0o755,
  });
  const context = { signal: new AbortController().signal, secrets: { redact: (text: string) => text } };
  place = initialisationPlace(shellHere(), context as Parameters<typeof initialisationPlace>[1], {
    file,
    lock: join(folder, 'run', 'lock'),
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs what a machine would run, with this folder's systemctl. */
function shellHere(): Host {
  const run: Host['run'] = async (script) => {
    const env = { ...process.env, PATH: `${folder}/bin:${process.env['PATH']}` };
    const { stdout, stderr, status } = spawnSync('dash', ['-s'], { input: script, encoding: 'utf8', env });
    if (status !== 0) throw new Error(stderr);
    return { stdout, stderr, exitCode: 0 };
  };
  return { run } as Host;
}

const kept = '{"seal":"sealed","share":"c2VhbGVk"}';

test('nothing is noted at first, and what is kept is read as it was written', async () => {
  expect(await place.read()).toEqual({ state: 'none' });
  expect(await place.ask('one')).toBe(true);
  expect(await place.read()).toEqual({ state: 'asked', attempt: 'one' });
  expect(await place.keep('one', kept)).toBe(true);
  expect(await place.read()).toEqual({ state: 'kept', kept });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['bin', 'initialisation', 'run']);
});

test('who lost the turn keeps nothing and empties nothing', async () => {
  await place.ask('one');
  await place.ask('two');
  expect(await place.keep('one', kept)).toBe(false);
  expect(await place.empty('one')).toBe(false);
  expect(await place.read()).toEqual({ state: 'asked', attempt: 'two' });
  expect(existsSync(join(folder, 'calls'))).toBe(false);
});

test('once an answer is kept nobody asks any more, and nothing is emptied', async () => {
  await place.copy(kept);
  expect(await place.ask('late')).toBe(false);
  expect(await place.empty('late')).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe(`kept\n${kept}\n`);
});
