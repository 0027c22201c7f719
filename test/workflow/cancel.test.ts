import { CancelledFailure, Context } from '@temporalio/activity';
import { afterEach, expect, test } from 'vitest';
import { hashOf } from '../../config/canonical-json.js';
import type { Plan } from '../../config/plan-types.js';
import type { DeploymentOutcome } from '../../workflows/deployment.js';
import { eventsOf, failedTasks, failureOf, send } from './answers.js';
import {
  eventually,
  Laboratory,
  permanentFailure,
  phase,
  planOf,
  role,
  step,
  type Behaviour,
  type Run,
} from './harness.js';

let laboratory: Laboratory;
afterEach(() => laboratory.close());

const name = 'base-infrastructure';

/** Works until the test lets it end; a cancellation does not stop it. */
function work(): { end: () => void; behaviour: Behaviour } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { end: () => end(), behaviour: () => ended };
}

/** Works until it is canceled, then needs `ms` to come to a safe point. */
function untilCanceled(ms: number, atSafePoint: () => void): Behaviour {
  return async (_input, _attempt, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await new Promise((resolve) => setTimeout(resolve, ms));
    atSafePoint();
    throw new CancelledFailure('stopped at a safe point');
  };
}

async function outcomeIn(run: Run): Promise<DeploymentOutcome> {
  const { status, memo } = await run.describe();
  expect(status.name).toBe('CANCELLED');
  return memo!['outcome'] as DeploymentOutcome;
}

async function canceled(run: Run): Promise<DeploymentOutcome> {
  expect((await failureOf(run)).name).toBe('CancelledFailure');
  expect(await failedTasks(run)).toBe(0);
  return outcomeIn(run);
}

/** Waits until the phase has handled the cancellation. */
async function cancelArrives(phaseName: string): Promise<void> {
  await eventually(async () => {
    const events = await eventsOf(laboratory.phase(phaseName));
    const at = events.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes);
    return (
      (at >= 0 && events.slice(at).some((event) => event.workflowTaskCompletedEventAttributes)) || undefined
    );
  });
}

function twoSteps(): Plan {
  return planOf([
    phase(3, name, [role('install-vault', [step('a'), step('b')])]),
    phase(4, 'clusters', [role('install-rke2-apps', [step('c')])]),
  ]);
}

test('cancel lets running steps finish, starts no other, and leaves the outcome in the memo', async () => {
  const plan = twoSteps();
  const working = work();
  laboratory = await Laboratory.open(plan, { 'install-vault.a@vault-1': working.behaviour });
  const run = await laboratory.deploy(plan);
  await laboratory.phaseShows(name, ({ roles }) => roles[0]!.done === 4);
  await run.cancel();
  await cancelArrives(name);
  expect((await run.describe()).status.name).toBe('RUNNING');
  working.end();
  const outcome = await canceled(run);
  expect(outcome).toMatchObject({ state: 'canceled', phases: [{ state: 'canceled' }, { state: 'waiting' }] });
  expect(
    laboratory
      .called('install-vault.b')
      .map(({ target }) => target)
      .sort(),
  ).toEqual(['vault-2', 'vault-3']);
  expect(laboratory.called('install-rke2-apps.c')).toEqual([]);
  const child = await laboratory.phase(name).describe();
  expect(child.status.name).toBe('CANCELLED');
  expect(child.memo!['outcome']).toMatchObject({ canceled: true, total: 6, done: 5, changed: 5 });
});

test.each(['update', 'signal'] as const)(
  'an order to stop at once, by %s, ends the whole run Canceled after the running steps came to a safe point',
  async (way) => {
    const plan = twoSteps();
    let safe = 0;
    laboratory = await Laboratory.open(plan, { 'install-vault.a': untilCanceled(300, () => (safe += 1)) });
    const run = await laboratory.deploy(plan);
    await laboratory.phaseShows(name, () => laboratory.called('install-vault.a').length === 3);
    await send(laboratory.phase(name), way, 'cancelNow', { hash: hashOf(plan), who: 'anna' });
    const outcome = await canceled(run);
    expect(safe).toBe(3);
    expect(outcome.phases[0]).toMatchObject({ state: 'canceled' });
    expect(laboratory.called('install-vault.b')).toEqual([]);
    const child = await laboratory.phase(name).describe();
    expect(child.status.name).toBe('CANCELLED');
    expect(child.memo!['outcome']).toMatchObject({
      reason: 'stopped at once by anna',
      failed: [0, 1, 2].map(() => ({ message: 'stopped at a safe point' })),
    });
    const closed = await eventsOf(laboratory.phase(name));
    expect(closed.filter((event) => event.activityTaskCanceledEventAttributes)).toHaveLength(3);
  },
);

test('an order to stop at once may follow a cancel that waits for long steps', async () => {
  const plan = twoSteps();
  laboratory = await Laboratory.open(plan, { 'install-vault.a': untilCanceled(0, () => undefined) });
  const run = await laboratory.deploy(plan);
  await laboratory.phaseShows(name, () => laboratory.called('install-vault.a').length === 3);
  await run.cancel();
  const order = { hash: hashOf(plan), who: 'anna' };
  expect(await send(laboratory.phase(name), 'update', 'cancelNow', order)).toBe('stopping');
  await canceled(run);
});

test('cancel at a gate ends the run without changing anything', async () => {
  const gate = {
    approvals: 1,
    starterMayApprove: false,
    onExpiry: 'approved' as const,
    expiresAfterSeconds: 60,
  };
  const plan = planOf([phase(3, name, [role('install-vault', [step('a')])], { gate })]);
  laboratory = await Laboratory.open(plan);
  const run = await laboratory.deploy(plan);
  await laboratory.gateIs(name, 'open');
  await run.cancel();
  expect(await canceled(run)).toMatchObject({ state: 'canceled', gates: [{ state: 'open', approvals: [] }] });
  expect(laboratory.called('install-vault.a')).toEqual([]);
});

test('cancel while a step is parked ends the run, and the outcome says what failed', async () => {
  const plan = planOf([phase(3, name, [role('install-vault', [step('a', { on: 'first' })])])]);
  laboratory = await Laboratory.open(plan, {
    'install-vault.a': async () => {
      throw permanentFailure('the disk is full');
    },
  });
  const run = await laboratory.deploy(plan);
  await laboratory.phaseShows(name, ({ parked }) => parked.length === 1);
  await run.cancel();
  await canceled(run);
  expect((await laboratory.phase(name).describe()).memo!['outcome']).toMatchObject({
    failed: [{ target: 'vault-1', message: 'the disk is full' }],
  });
});

test('cancel during the preflight lets its checks finish and starts no phase', async () => {
  const vault = role('install-vault', [step('a')], {
    preflight: [{ name: 'api', title: 'the API answers', kind: 'site' }],
  });
  const plan = planOf([phase(3, name, [vault])]);
  const working = work();
  laboratory = await Laboratory.open(plan, { 'install-vault.preflight.api': working.behaviour });
  const run = await laboratory.deploy(plan);
  await laboratory.phaseShows('preflight', ({ running }) => running.length === 1);
  await run.cancel();
  await cancelArrives('preflight');
  expect((await run.describe()).status.name).toBe('RUNNING');
  working.end();
  expect(await canceled(run)).toMatchObject({ phases: [{ state: 'waiting' }] });
  expect(laboratory.called('install-vault.a')).toEqual([]);
});

test('cancel while the plan waits to be accepted ends the run', async () => {
  const plan = twoSteps();
  laboratory = await Laboratory.open(plan, {
    'plan.accept': async () => {
      const beat = setInterval(() => Context.current().heartbeat(), 100);
      await Context.current().cancelled.finally(() => clearInterval(beat));
    },
  });
  const run = await laboratory.deploy(plan);
  await laboratory.runShows(({ state }) => state === 'accepting');
  await run.cancel();
  expect(await canceled(run)).toMatchObject({ phases: [{ state: 'waiting' }, { state: 'waiting' }] });
});

test('a phase that somebody cancels by itself fails the run, which says so', async () => {
  const plan = twoSteps();
  const working = work();
  laboratory = await Laboratory.open(plan, { 'install-vault.a@vault-1': working.behaviour });
  const run = await laboratory.deploy(plan);
  await laboratory.phaseShows(name, ({ running }) => running.length === 1);
  await laboratory.phase(name).cancel();
  await cancelArrives(name);
  working.end();
  expect(await failureOf(run)).toMatchObject({
    message: `phase ${name} was canceled by itself: deploy again to go on`,
    details: { state: 'failed', phases: [{ state: 'canceled' }, { state: 'waiting' }] },
  });
});
