import type { WorkflowHandle } from '@temporalio/client';
import { afterEach, describe, expect, test } from 'vitest';
import { hashOf } from '../../config/canonical-json.js';
import type { Plan } from '../../config/plan-types.js';
import { failedTasks, failureOf, gateAnswer, parkAnswer, refusal, send } from './answers.js';
import { Laboratory, permanentFailure, phase, planOf, role, step, type Run } from './harness.js';

let laboratory: Laboratory;
afterEach(() => laboratory.close());

const name = 'base-infrastructure';

/** What people and programs send by mistake; each with what an Update must say of it. */
const malformed: [what: string, args: unknown[], refused: RegExp][] = [
  ['nothing', [], /^the argument must be one object$/],
  ['null', [null], /^the argument must be one object$/],
  ['a string', ['yes'], /^the argument must be one object$/],
  ['a number', [1], /^the argument must be one object$/],
  ['a list', [[{ who: 'anna' }]], /^the argument must be one object$/],
  ['an empty object', [{}], /hash must be a string, who must be a string/],
  ['members of wrong types', [{ hash: 1, who: [], gate: {}, park: '1' }], /hash must be a string/],
  ['an endless name', [{ who: 'x'.repeat(100_000) }], /who is longer than 1000 characters/],
];

async function sendMalformed(handle: WorkflowHandle, verb: string): Promise<void> {
  for (const [what, args, text] of malformed) {
    expect(
      await refusal(handle.executeUpdate(verb, { args: args as [unknown] })),
      `${verb} sent ${what}`,
    ).toMatch(text);
    await handle.signal(verb, ...args);
  }
}

function gatedPlan(): Plan {
  const gate = { approvals: 1, starterMayApprove: false, onExpiry: 'rejected' as const };
  return planOf([phase(3, name, [role('install-vault', [step('a', { on: 'first' })])], { gate })]);
}

describe.each([
  ['approve', 'done'],
  ['reject', 'rejected'],
  ['recheck', 'checked again'],
])('%s of a run', (verb, end) => {
  test('refuses every malformed argument, survives it as a Signal, and then takes a good one', async () => {
    const plan = gatedPlan();
    laboratory = await Laboratory.open(plan);
    const run = await laboratory.deploy(plan);
    await laboratory.gateIs(name, 'open');
    await sendMalformed(run, verb);
    expect((await laboratory.gateIs(name, 'open')).approvals).toEqual([]);
    await send(run, 'signal', verb, gateAnswer(plan, name, 'anna'));
    if (end === 'done') expect((await run.result()).state).toBe('done');
    if (end === 'rejected') expect((await failureOf(run)).message).toMatch(/rejected by anna/);
    if (end === 'checked again') {
      await laboratory.gateIs(name, 'open', 2);
      await run.terminate();
    }
    expect(await failedTasks(run)).toBe(0);
  });
});

describe.each(['retry', 'skip', 'abort', 'cancelNow'])('%s of a phase', (verb) => {
  test('refuses every malformed argument, survives it as a Signal, and then takes a good one', async () => {
    const plan = planOf([phase(3, name, [role('install-vault', [step('a', { on: 'first' })])])]);
    laboratory = await Laboratory.open(plan, {
      'install-vault.a': async () => {
        if (laboratory.called('install-vault.a').length === 1) throw permanentFailure('broken');
      },
    });
    const run = await laboratory.deploy(plan);
    const handle = laboratory.phase(name);
    const { parked } = await laboratory.phaseShows(name, (progress) => progress.parked.length === 1);
    await sendMalformed(handle, verb);
    await laboratory.phaseShows(name, (progress) => progress.parked.length === 1);
    const good = verb === 'cancelNow' ? { hash: hashOf(plan), who: 'anna' } : parkAnswer(plan, parked[0]!);
    await send(handle, 'signal', verb, good);
    await ended(run, verb);
    expect(await failedTasks(handle)).toBe(0);
    expect(await failedTasks(run)).toBe(0);
  });
});

async function ended(run: Run, verb: string): Promise<void> {
  if (verb === 'retry' || verb === 'skip') expect((await run.result()).state).toBe('done');
  else
    expect(await failureOf(run)).toMatchObject(
      verb === 'abort' ? { message: /^aborted by operator/ } : { name: 'CancelledFailure' },
    );
}

test('an answer that comes before there is anything to answer is refused with a reason, also by a run just started', async () => {
  const plan = gatedPlan();
  laboratory = await Laboratory.open(plan, {}, { worker: false });
  const run = await laboratory.deploy(plan);
  await run.signal('approve');
  const early = refusal(send(run, 'update', 'approve', gateAnswer(plan, name, 'anna')));
  await laboratory.startWorker();
  expect(await early).toBe(`there is no gate before ${name} waiting for an answer`);
  await laboratory.gateIs(name, 'open');
  expect(await failedTasks(run)).toBe(0);
  await run.terminate();
});

test('a Signal whose payload cannot be decoded does not stop the run', async () => {
  const plan = gatedPlan();
  laboratory = await Laboratory.open(plan);
  const run = await laboratory.deploy(plan);
  await laboratory.gateIs(name, 'open');
  const payload = (encoding: string, data: string) => ({
    metadata: { encoding: Buffer.from(encoding) },
    data: Buffer.from(data),
  });
  for (const broken of [payload('json/plain', '{"who":'), payload('of/another-program', 'x')])
    await laboratory.client.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: run.workflowId },
      signalName: 'approve',
      input: { payloads: [broken] },
    });
  await send(run, 'update', 'approve', gateAnswer(plan, name, 'anna'));
  expect((await run.result()).state).toBe('done');
  expect(await failedTasks(run)).toBe(0);
});
