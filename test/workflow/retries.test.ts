import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { describe, expect, inject, test } from 'vitest';
import { NotReadyError, PermanentError } from '../../activities/errors.js';
import { readRun } from '../../client/run/read-run.js';
import { done, todo } from '../../activities/role.js';
import { parkAnswer, send } from './answers.js';
import { eventually, Laboratory, phase, planOf, role, step, stepFailure } from './harness.js';
import { masterKeyName, planFor, roleOf } from './real-role.js';

process.env[masterKeyName] = '11'.repeat(32);
const name = 'base-infrastructure';
const attemptsOfWait = 3;

// Concurrent, because the server's own timeouts decide how long these take.
describe.concurrent('attempts', () => {
  test('a step parks after as many own failures as its profile allows, counted from attempt to attempt', async ({
    onTestFinished,
  }) => {
    const known: unknown[] = [];
    const real = roleOf({
      profile: 'wait',
      check: async () => todo('no leader'),
      apply: async () => {
        known.push(Context.current().info.heartbeatDetails);
        throw new NotReadyError('a leader', 'none');
      },
    });
    const plan = planFor(real);
    const laboratory = await Laboratory.open(plan, {}, { roles: [real] });
    onTestFinished(() => laboratory.close());
    const run = await laboratory.deploy(plan);
    const { parked } = await laboratory.phaseShows(name, (progress) => progress.parked.length === 1);
    expect(known).toEqual([
      undefined,
      { target: 'vault-1', resource: 'failed', ownFailures: 1 },
      { target: 'vault-1', resource: 'failed', ownFailures: 2 },
    ]);
    expect(parked[0]).toMatchObject({ attempts: attemptsOfWait, message: 'a leader; last seen: none' });
    await run.terminate();
  });

  test('a step that is tried again is shown with its target and its last failure', async ({
    onTestFinished,
  }) => {
    const real = roleOf({
      profile: 'wait',
      check: async () => todo('no leader'),
      apply: async () => {
        if (Context.current().info.attempt === 1) throw new NotReadyError('a leader', 'none');
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        throw new PermanentError('enough');
      },
    });
    const plan = planFor(real);
    const laboratory = await Laboratory.open(plan, {}, { roles: [real] });
    onTestFinished(() => laboratory.close());
    const run = await laboratory.deploy(plan);
    const pending = await eventually(async () =>
      (await readRun(laboratory.client, laboratory.siteName)).pending.find(
        ({ attempt, target }) => attempt === 2 && target !== '',
      ),
    );
    expect(pending).toMatchObject({
      activity: 'install-vault.a',
      target: 'vault-1',
      lastFailure: 'a leader; last seen: none',
    });
    await run.terminate();
  });

  test('a failure that no retry helps parks at once', async ({ onTestFinished }) => {
    let applied = 0;
    const real = roleOf({
      check: async () => todo('missing'),
      apply: async () => {
        applied += 1;
        throw new PermanentError('the template does not exist');
      },
    });
    const plan = planFor(real);
    const laboratory = await Laboratory.open(plan, {}, { roles: [real] });
    onTestFinished(() => laboratory.close());
    const run = await laboratory.deploy(plan);
    const { parked } = await laboratory.phaseShows(name, (progress) => progress.parked.length === 1);
    expect(parked[0]).toMatchObject({ attempts: 1, message: 'the template does not exist' });
    expect(applied).toBe(1);
    await run.terminate();
  });

  test('a worker that is stopped uses up no attempt, and the next goes on without waiting for a timeout', async ({
    onTestFinished,
  }) => {
    let [applied, finish] = [0, false];
    const real = roleOf({
      profile: 'wait',
      check: async () => (finish ? done : todo('not yet')),
      apply: async ({ signal }) => {
        applied += 1;
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    });
    const plan = planFor(real);
    const laboratory = await Laboratory.open(plan, {}, { roles: [real] });
    onTestFinished(() => laboratory.close());
    const run = await laboratory.deploy(plan);
    const started = Date.now();
    for (let stops = 1; stops <= attemptsOfWait; stops += 1) {
      await eventually(async () => applied === stops || undefined);
      await laboratory.stopWorker();
      if (stops === attemptsOfWait) finish = true;
      await laboratory.startWorker();
    }
    const outcome = await run.result();
    expect(outcome.phases[0]!.summary).toMatchObject({ done: 1, failed: [] });
    // A heartbeat timeout each would have taken three times 10 s.
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  test('a worker killed as often as there are attempts uses up none of them', async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'socle-killed-'));
    const release = join(folder, 'release');
    const plan = planFor(roleOf({ profile: 'wait', check: async () => done, apply: async () => undefined }));
    const laboratory = await Laboratory.open(plan, {}, { worker: false });
    const spawned: ChildProcess[] = [];
    onTestFinished(async () => {
      for (const child of spawned) child.kill('SIGKILL');
      await laboratory.close();
      await rm(folder, { recursive: true });
    });
    const start = (): ChildProcess => {
      const child = spawn(
        process.execPath,
        [
          ...['--import', 'tsx', new URL('./killed-worker.ts', import.meta.url).pathname],
          ...[inject('temporalAddress'), laboratory.taskQueue, inject('workflowBundle'), release],
        ],
        { stdio: ['ignore', 'pipe', 'ignore'] },
      );
      spawned.push(child);
      return child;
    };
    const run = await laboratory.deploy(plan);
    for (let kills = 0; kills < attemptsOfWait; kills += 1) {
      const worker = start();
      await once(worker.stdout!, 'data');
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    await writeFile(release, '');
    start();
    const outcome = await run.result();
    expect(outcome.phases[0]!.summary).toMatchObject({ done: 1, failed: [] });
    const events = (await laboratory.phase(name).fetchHistory()).events!;
    const lost = events.filter((event) => event.activityTaskTimedOutEventAttributes);
    expect(lost).toHaveLength(1);
  }, 120_000);

  test('own failures and lost attempts in turn: only the own ones add up', async ({ onTestFinished }) => {
    const plan = planOf([
      phase(3, name, [role('install-vault', [step('a', { on: 'first', profile: 'wait' })])]),
    ]);
    let calls = 0;
    const laboratory = await Laboratory.open(
      plan,
      {
        'install-vault.a': async (_input, _attempt, signal) => {
          calls += 1;
          const before = (Context.current().info.heartbeatDetails as { ownFailures: number } | undefined)
            ?.ownFailures;
          // The second and the third attempt die with their worker: they never answer and stop beating.
          if (calls === 2 || calls === 3) {
            Context.current().heartbeat({ ownFailures: before });
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          }
          const ownFailures = (before ?? 0) + 1;
          Context.current().heartbeat({ ownFailures });
          throw stepFailure(`own failure in call ${calls}`, ownFailures);
        },
      },
      { heartbeats: false },
    );
    onTestFinished(() => laboratory.close());
    const run = await laboratory.deploy(plan);
    const seen = await laboratory.phaseShows(name, ({ parked }) => parked.length === 1, 60_000);
    expect(seen.parked[0]).toMatchObject({ attempts: attemptsOfWait, message: 'own failure in call 5' });
    await send(laboratory.phase(name), 'update', 'skip', parkAnswer(plan, seen.parked[0]!));
    await run.result();
  }, 120_000);
});
