import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { readRun } from '../../client/run/read-run.js';
import { startRun } from '../../client/run/start-run.js';
import { hashOf } from '../../config/canonical-json.js';
import type { Plan } from '../../config/plan-types.js';
import { eventsOf, failureOf, gateAnswer, parkAnswer, refusal, send } from './answers.js';
import { eventually, Laboratory, permanentFailure, phase, planOf, role, step, type Run } from './harness.js';

let laboratory: Laboratory;
afterEach(() => laboratory.close());

const name = 'base-infrastructure';
const plan = (): Plan => planOf([phase(3, name, [role('install-vault', [step('a'), step('b')])])], 1);

/** Holds the first call until the test lets it go on. */
function held(): { release: () => void; behaviour: () => Promise<void> } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return { release: () => release(), behaviour: () => released };
}

const isCalled = (stepName: string): Promise<true> =>
  eventually(async () => laboratory.called(stepName).length > 0 || undefined);

/** Event to reset to: the `nth` completed workflow task. */
async function completedTask(run: { fetchHistory: Run['fetchHistory'] }, nth: number): Promise<bigint> {
  const { events = [] } = await run.fetchHistory();
  const completed = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  return BigInt(String(completed[nth]!.eventId));
}

async function reset(workflowId: string, runId: string, eventId: bigint): Promise<string> {
  const answer = await laboratory.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'test',
    requestId: randomUUID(),
    // The server reads a 64-bit number; the SDK's type wants its own class for it.
    workflowTaskFinishEventId: Number(eventId) as never,
  });
  return answer.runId;
}

test('a terminated run cancels its phase, which ends at a safe point; the next run takes up from there', async () => {
  const planned = plan();
  const { release, behaviour } = held();
  laboratory = await Laboratory.open(planned, { 'install-vault.a': behaviour });
  const run = await laboratory.deploy(planned);
  await isCalled('install-vault.a');
  await run.terminate('by an operator');
  await eventually(async () =>
    (await eventsOf(laboratory.phase(name))).find(
      (event) => event.workflowExecutionCancelRequestedEventAttributes,
    ),
  );
  expect((await laboratory.phase(name).describe()).status.name).toBe('RUNNING');
  release();
  expect((await failureOf(laboratory.phase(name))).name).toBe('CancelledFailure');
  expect(laboratory.called('install-vault.b')).toEqual([]);
  const next = await laboratory.deploy(planned);
  expect(await next.result()).toMatchObject({ state: 'done', phases: [{ summary: { done: 2, total: 2 } }] });
  expect(laboratory.called('install-vault.b')).toHaveLength(1);
});

test('a run that was reset under an open phase ends with the way on, and never runs a step twice at a time', async () => {
  const planned = plan();
  const { release, behaviour } = held();
  laboratory = await Laboratory.open(planned, { 'install-vault.a': behaviour });
  const run = await laboratory.deploy(planned);
  await isCalled('install-vault.a');
  const newRunId = await reset(run.workflowId, (await run.describe()).runId, await completedTask(run, 0));
  const again = laboratory.client.workflow.getHandle(run.workflowId, newRunId);
  expect((await failureOf(again)).message).toContain('Deploy again: the new run waits for it');
  expect(laboratory.called('install-vault.a')).toHaveLength(1);
  release();
  await laboratory
    .phase(name)
    .result()
    .catch(() => undefined);
  const next = await laboratory.deploy(planned);
  expect(await next.result()).toMatchObject({ state: 'done' });
});

test("a phase that was reset goes on, and its run takes the new one's result", async () => {
  const planned = plan();
  const { release, behaviour } = held();
  laboratory = await Laboratory.open(planned, { 'install-vault.b': behaviour });
  const run = await laboratory.deploy(planned);
  await isCalled('install-vault.b');
  const { runId } = await laboratory.phase(name).describe();
  await reset(laboratory.phase(name).workflowId, runId, await completedTask(laboratory.phase(name), 1));
  release();
  expect(await run.result()).toMatchObject({ state: 'done', phases: [{ summary: { done: 2, total: 2 } }] });
});

test('a run without a worker says so and goes on when one comes', async () => {
  const planned = plan();
  laboratory = await Laboratory.open(planned, {}, { worker: false });
  const run = await laboratory.deploy(planned);
  const view = await readRun(laboratory.client, laboratory.siteName);
  expect(view).toMatchObject({ status: 'RUNNING' });
  expect(view.noWorker).toEqual({ taskQueue: laboratory.taskQueue, phases: 9, stepsDone: 0, stepsTotal: 2 });
  await laboratory.startWorker();
  expect(await run.result()).toMatchObject({ state: 'done' });
  expect(await readRun(laboratory.client, laboratory.siteName)).not.toHaveProperty('noWorker');
});

test('without a worker the history tells how far this run is: its own steps, not those of an older run', async () => {
  const planned = planOf(
    [
      phase(
        3,
        name,
        [
          role('install-vault', [step('a'), step('b', { rolling: true, ordered: true }), step('c')], {
            preflight: [{ name: 'space', title: 'space', kind: 'role' }],
          }),
        ],
        { gate: { approvals: 1, starterMayApprove: true, onExpiry: 'rejected' } },
      ),
      phase(4, 'clusters', [
        role('install-rke2-apps', [step('d')]),
        role('install-rancher-server', [step('e')], { available: false }),
      ]),
    ],
    2,
  );
  let breaks = false;
  laboratory = await Laboratory.open(planned, {
    'install-vault.preflight.space': async () => ({ state: 'unchanged', changeCount: 0, changes: [] }),
    'install-vault.b.order': async () => ['vault-2', 'vault-1'] as never,
    'install-vault.c@vault-2': async ({ mode }) => {
      if (breaks && mode === 'apply') throw permanentFailure('broken');
    },
  });
  await (await laboratory.deploy(planned, { approveAll: true })).result();
  breaks = true;
  const before = Date.now();
  const run = await laboratory.deploy(planned, { approveAll: true });
  await laboratory.phaseShows(name, ({ parked, roles }) => parked.length === 1 && roles[0]!.done === 5);
  await laboratory.stopWorker();
  const view = await readRun(laboratory.client, laboratory.siteName);
  expect(view.noWorker).toMatchObject({ phase: 3, phases: 9, stepsDone: 5, stepsTotal: 8 });
  expect(view.noWorker!.lastSeenMs).toBeGreaterThan(before - 70_000);
  expect(view.noWorker!.lastSeenMs).toBeLessThanOrEqual(Date.now());
  await run.terminate();
});

test('a run does not need the search attribute, and a second one of the site is refused', async () => {
  const planned = plan();
  const { release, behaviour } = held();
  laboratory = await Laboratory.open(planned, { 'install-vault.a': behaviour });
  process.env['SOCLE_TASK_QUEUE'] = laboratory.taskQueue;
  try {
    const connected = { client: laboratory.client, namespace: 'default' } as Parameters<typeof startRun>[0];
    const { operatorService } = laboratory.client.connection;
    await operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes: ['SocleState'] });
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace: 'default' });
    expect(customAttributes).not.toHaveProperty('SocleState');
    const options = {
      startedBy: 'starter',
      onFailure: 'wait' as const,
      approveAll: false,
      ignorePreflight: [],
    };
    const planned2 = { plan: planned, hash: hashOf(planned) };
    const { workflowId } = await startRun(connected, planned2, options);
    await isCalled('install-vault.a');
    await expect(startRun(connected, planned2, options)).rejects.toThrow(/is under way.*socle watch/);
    release();
    expect(await laboratory.client.workflow.getHandle(workflowId).result()).toMatchObject({ state: 'done' });
  } finally {
    delete process.env['SOCLE_TASK_QUEUE'];
  }
});

test('answers meant for an older plan, showing or park are refused with the reason', async () => {
  const planned = planOf(
    [
      phase(3, name, [role('install-vault', [step('a')])], {
        gate: { approvals: 1, starterMayApprove: true, onExpiry: 'rejected' },
      }),
    ],
    1,
  );
  laboratory = await Laboratory.open(planned, {
    'install-vault.a': async ({ mode }, attempt) => {
      if (mode === 'apply' && attempt === 1 && laboratory.called('install-vault.a').length < 3)
        throw permanentFailure('broken');
    },
  });
  const run = await laboratory.deploy(planned);
  await laboratory.gateIs(name, 'open');
  const older = gateAnswer(planned, name, 'anna', { hash: hashOf({ another: 'plan' }) });
  expect(await refusal(send(run, 'update', 'approve', older))).toMatch(/plan/);
  await send(run, 'update', 'approve', gateAnswer(planned, name, 'anna'));
  const parked = await laboratory.phaseShows(name, (progress) => progress.parked.length === 1);
  const first = parked.parked[0]!;
  const wrongPlan = parkAnswer(planned, first, { hash: hashOf({ another: 'plan' }) });
  expect(await refusal(send(laboratory.phase(name), 'update', 'retry', wrongPlan))).toMatch(/plan/);
  await send(laboratory.phase(name), 'update', 'retry', parkAnswer(planned, first));
  await laboratory.phaseShows(name, ({ parked: now }) => now.length === 1 && now[0]!.park !== first.park);
  const late = parkAnswer(planned, first, { who: 'another' });
  expect(await refusal(send(laboratory.phase(name), 'update', 'skip', late))).toMatch(/answered/);
  expect(laboratory.called('install-vault.a')).toHaveLength(2);
  const second = (await laboratory.phase(name).query<{ parked: (typeof first)[] }>('progress')).parked[0]!;
  await send(laboratory.phase(name), 'update', 'retry', parkAnswer(planned, second));
  expect(await run.result()).toMatchObject({ state: 'done' });
});
