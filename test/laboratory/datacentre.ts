import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunView } from '../../client/run/view.js';
import { loadSite } from '../../config/load.js';
import type { Mode } from '../../config/plan-types.js';
import { createSecrets, type Secrets } from '../../config/secrets.js';
import { buildOnce } from '../end-to-end/stack.js';
import { ended, labUp, program, type Ran, type Terminal } from './laboratory.js';
import { editSite, type Change } from './site-file.js';
import { realStore } from './store.js';

export const stateFolder = '/var/lib/socle-lab/orchestrator';

/** How a run ended. */
export type Outcome = {
  code: number | null;
  /** Every change that it made, or would make: `STEP MACHINE: what`. */
  changes: string[];
  failure: string;
  output: string;
};

/** A laboratory whose template has the packages, with a site file of its own that proofs edit. */
export type Datacentre = {
  folder: string;
  /** The site as it is to be. */
  site: string;
  environment: NodeJS.ProcessEnv;
  /** Private key files; the public key is beside them. `first` is the administrator's to begin with. */
  keys: Record<'first' | 'second' | 'stranger', string>;
  edit: (...changes: Change[]) => void;
  /** Writes another site file that differs so much from the site, or from another file. */
  copy: (name: string, ...changes: Change[]) => string;
  copyOf: (file: string, name: string, ...changes: Change[]) => string;
  run: (mode: Mode, file: string, machines: readonly string[], only?: readonly string[]) => Promise<Outcome>;
  secrets: () => Promise<Secrets>;
  stop: () => Promise<void>;
};

export async function startDatacentre(): Promise<Datacentre> {
  buildOnce();
  const folder = mkdtempSync(join(tmpdir(), 'socle-proofs-'));
  const makeKey = (name: string): string => {
    const file = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    return file;
  };
  const keys = { first: makeKey('first'), second: makeKey('second'), stranger: makeKey('stranger') };
  const site = join(folder, 'site.yaml');
  const store = await realStore();
  const up = await labUp('--with-packages', '--store', store.folder);
  const copyOf = (file: string, name: string, ...changes: Change[]): string => {
    editSite(file, join(folder, name), changes);
    return join(folder, name);
  };
  const copy = (name: string, ...changes: Change[]): string => copyOf(site, name, ...changes);
  editSite('examples/site-lab.yaml', site, [
    [['administrators', 0, 'keys'], [publicKey(keys.first)]],
    [['artifacts', 'catalogue'], store.catalogue],
  ]);
  return {
    folder,
    site,
    environment: up.environment,
    keys,
    edit: (...changes) => void copy('site.yaml', ...changes),
    copy,
    copyOf,
    run: async (mode, file, machines, only = []) =>
      outcomeOf(
        await program(
          [
            ...[process.execPath, '--import', 'tsx', 'test/laboratory/run-part.ts'],
            ...[mode, file, machines.join(','), ...(only.length === 0 ? [] : [only.join(',')])],
          ],
          up.environment,
        ),
      ),
    secrets: async () =>
      createSecrets(await loadSite(site), {
        SOCLE_MASTER_KEY: readFileSync(join(stateFolder, 'master.key'), 'utf8'),
      }),
    stop: () => stop(up, folder),
  };
}

export const publicKey = (file: string): string => readFileSync(`${file}.pub`, 'utf8').trim();

/** Fails with all that a run said unless it ended well. */
export function expectSuccess(outcome: Outcome): void {
  expect(outcome.code, `${outcome.failure}\n${outcome.output.slice(0, 1_000)}`).toBe(0);
}

async function stop({ child }: Terminal, folder: string): Promise<void> {
  if (child.exitCode === null) await ended(child, 'SIGINT');
  rmSync(folder, { recursive: true, force: true });
}

function outcomeOf({ code, stdout, stderr }: Ran): Outcome {
  const begin = stdout.search(/^\{/m);
  if (begin < 0) throw new Error(`the run has no outcome: ${stdout}${stderr}`);
  const { progress, failure = '' } = JSON.parse(stdout.slice(begin)) as RunView;
  const summaries = (progress?.phases ?? []).flatMap(({ summary }) => (summary ? [summary] : []));
  const changes = summaries.flatMap(({ samples }) =>
    samples.map(({ step, target, message }) => `${step} ${target}: ${message}`),
  );
  const count = summaries.reduce((sum, summary) => sum + summary.changes, 0);
  const more = Array.from({ length: count - changes.length }, () => 'one more');
  const failed = summaries.flatMap((summary) => summary.failed.map(({ message }) => message));
  return {
    code,
    changes: [...changes, ...more],
    failure: [failure, ...failed, ...(progress?.preflight ?? []).map(({ message }) => message)].join('\n'),
    output: stderr + stdout,
  };
}
