import { afterEach, describe, expect, test } from 'vitest';
import { gateOf } from '../../client/commands/gate-answers.js';
import { answerGate } from '../../client/run/answer.js';
import { readRun } from '../../client/run/read-run.js';
import { hashOf } from '../../config/canonical-json.js';
import type { Plan, PlanGate, RunOptions } from '../../config/plan-types.js';
import { failureOf, gateAnswer, refusal, send } from './answers.js';
import {
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

const before = 'base-infrastructure';
const oneApproval: PlanGate = { approvals: 1, starterMayApprove: false, onExpiry: 'rejected' };

function gatedPlan(gate: Partial<PlanGate> = {}, preflight = false): Plan {
  const checks = preflight ? [{ name: 'disk', title: 'disk is large enough', kind: 'role' as const }] : [];
  const vault = role('install-vault', [step('a')], { preflight: checks });
  return planOf([phase(3, before, [vault], { gate: { ...oneApproval, ...gate } })]);
}

async function atGate(
  plan: Plan,
  behaviours: Record<string, Behaviour> = {},
  options: Partial<RunOptions> = {},
): Promise<Run> {
  laboratory = await Laboratory.open(plan, behaviours);
  return laboratory.deploy(plan, options);
}

describe.each(['update', 'signal'] as const)('an answer by %s', (way) => {
  test('approve opens the gate, which shows how many steps would change something', async () => {
    const plan = gatedPlan();
    const run = await atGate(plan);
    expect((await laboratory.gateIs(before, 'open')).changes).toBe(3);
    expect(laboratory.called('install-vault.a')).toEqual([]);
    await send(run, way, 'approve', gateAnswer(plan, before, 'anna', { comment: 'fine' }));
    const outcome = await run.result();
    expect(outcome.gates).toMatchObject([{ state: 'passed', approvals: [{ who: 'anna', comment: 'fine' }] }]);
    expect(laboratory.called('install-vault.a')).toHaveLength(3);
  });

  test('reject ends the run with who and why, and nothing is changed', async () => {
    const plan = gatedPlan();
    const run = await atGate(plan);
    await laboratory.gateIs(before, 'open');
    await send(run, way, 'reject', gateAnswer(plan, before, 'bob', { comment: 'too early' }));
    expect(await failureOf(run)).toMatchObject({
      message: `the gate before ${before} was rejected by bob: too early`,
      details: { state: 'failed', gates: [{ state: 'rejected' }] },
    });
    expect(laboratory.called('install-vault.a')).toEqual([]);
  });

  test('the starter does not count where another person must approve', async () => {
    const plan = gatedPlan();
    const run = await atGate(plan);
    await laboratory.gateIs(before, 'open');
    const own = send(run, way, 'approve', gateAnswer(plan, before, 'starter'));
    if (way === 'update') expect(await refusal(own)).toBe('starter started this run and may not approve it');
    else await own;
    expect((await laboratory.gateIs(before, 'open')).approvals).toEqual([]);
    await send(run, way, 'approve', gateAnswer(plan, before, 'anna'));
    await run.result();
  });

  test('an answer for another plan is not taken', async () => {
    const plan = gatedPlan();
    const run = await atGate(plan);
    await laboratory.gateIs(before, 'open');
    const foreign = gateAnswer(plan, before, 'anna', { hash: 'f'.repeat(64) });
    const sent = send(run, way, 'approve', foreign);
    if (way === 'update') expect(await refusal(sent)).toMatch(/^this run's plan is .{8}, .* for ffffffff$/);
    else await sent;
    expect((await laboratory.gateIs(before, 'open')).approvals).toEqual([]);
  });
});

test('the starter may approve where the site file says so', async () => {
  const plan = gatedPlan({ starterMayApprove: true });
  const run = await atGate(plan);
  await laboratory.gateIs(before, 'open');
  await send(run, 'update', 'approve', gateAnswer(plan, before, 'starter'));
  expect((await run.result()).state).toBe('done');
});

test('two approvers are two persons: the same one twice is one', async () => {
  const plan = gatedPlan({ approvals: 2 });
  const run = await atGate(plan);
  await laboratory.gateIs(before, 'open');
  const anna = gateAnswer(plan, before, 'anna');
  expect(await send(run, 'update', 'approve', anna, 'anna')).toBe('recorded');
  expect(await send(run, 'update', 'approve', anna, 'anna')).toBe('recorded');
  expect(await send(run, 'update', 'approve', anna, 'another id')).toBe('already recorded');
  await send(run, 'signal', 'approve', anna);
  const gate = await laboratory.gateIs(before, 'open');
  expect(gate.approvals.map(({ who }) => who)).toEqual(['anna']);
  expect(laboratory.called('install-vault.a')).toEqual([]);
  expect(await send(run, 'update', 'approve', gateAnswer(plan, before, 'bob'))).toBe('recorded');
  expect((await run.result()).gates[0]!.approvals.map(({ who }) => who)).toEqual(['anna', 'bob']);
});

test('an approval repeated after the gate has passed is the same answer, any other is refused', async () => {
  const plan = gatedPlan();
  const run = await atGate(plan, {
    'install-vault.a': async (input, _attempt, signal) => {
      if (input.mode === 'apply') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  });
  await laboratory.gateIs(before, 'open');
  await send(run, 'update', 'approve', gateAnswer(plan, before, 'anna'));
  await laboratory.gateIs(before, 'passed');
  expect(await send(run, 'update', 'approve', gateAnswer(plan, before, 'anna'))).toBe('already recorded');
  const late = send(run, 'update', 'reject', gateAnswer(plan, before, 'bob'));
  expect(await refusal(late)).toBe(`the gate before ${before} is passed`);
  expect(await refusal(send(run, 'update', 'approve', gateAnswer(plan, 'middleware', 'bob')))).toBe(
    'there is no gate before middleware waiting for an answer',
  );
  // A phase that has not begun when its run is terminated never does, and could not be terminated.
  await laboratory.phaseShows(before, ({ running }) => running.length > 0);
  await run.terminate();
  await laboratory.phase(before).terminate();
});

test('an answer meant for an earlier run with another plan does not open the gate of the next run', async () => {
  const first = gatedPlan();
  const run = await atGate(first);
  await laboratory.gateIs(before, 'open');
  const old = gateAnswer(first, before, 'anna');
  await send(run, 'update', 'reject', gateAnswer(first, before, 'bob'));
  await failureOf(run);
  const second: Plan = { ...first, machines: first.machines.slice(0, 2) };
  const next = await laboratory.deploy(second);
  await laboratory.gateIs(before, 'open');
  const handle = laboratory.client.workflow.getHandle(next.workflowId);
  await send(handle, 'signal', 'approve', old);
  expect(await refusal(send(handle, 'update', 'approve', old))).toMatch(/the answer is for/);
  expect((await laboratory.gateIs(before, 'open')).approvals).toEqual([]);
  await send(handle, 'update', 'approve', gateAnswer(second, before, 'anna'));
  await next.result();
});

test('a gate that nobody answers in time ends the run', async () => {
  const plan = gatedPlan({ expiresAfterSeconds: 2 });
  const run = await atGate(plan);
  expect(await failureOf(run)).toMatchObject({
    message: `the gate before ${before} expired: nobody answered in time`,
    details: { gates: [{ state: 'expired' }] },
  });
  expect(laboratory.called('install-vault.a')).toEqual([]);
});

test('a gate may mean consent when nobody answers in time', async () => {
  const plan = gatedPlan({ expiresAfterSeconds: 2, onExpiry: 'approved' });
  const outcome = await (await atGate(plan)).result();
  expect(outcome.gates).toMatchObject([{ state: 'passed', approvals: [], note: 'nobody answered in time' }]);
  expect(laboratory.called('install-vault.a')).toHaveLength(3);
});

test('silence is no consent to problems that the preflight found', async () => {
  const plan = gatedPlan({ expiresAfterSeconds: 2, onExpiry: 'approved' }, true);
  const run = await atGate(plan, {
    'install-vault.preflight.disk': async () => {
      throw permanentFailure('too small');
    },
  });
  expect((await failureOf(run)).message).toBe(`the gate before ${before} expired: nobody answered in time`);
  expect(laboratory.called('install-vault.a')).toEqual([]);
});

test('a phase with nothing to do passes unasked, which is recorded, and is not gone through again', async () => {
  const plan = gatedPlan();
  const run = await atGate(plan, {
    'install-vault.a': async () => ({ state: 'unchanged', changeCount: 0, changes: [] }),
  });
  const outcome = await run.result();
  expect(outcome.gates).toMatchObject([{ state: 'passed', approvals: [], note: 'nothing to do' }]);
  expect(outcome.phases).toMatchObject([{ state: 'done', summary: { total: 3, done: 3, changed: 0 } }]);
  expect(laboratory.called('install-vault.a')).toEqual([]);
});

test('--yes answers the gate in the name of the starter', async () => {
  const plan = gatedPlan({ approvals: 2 });
  const outcome = await (await atGate(plan, {}, { approveAll: true })).result();
  expect(outcome.gates).toMatchObject([
    { state: 'passed', approvals: [{ who: 'starter', comment: 'answered by --yes' }] },
  ]);
  // Nobody was waited for, however long the checks took.
  expect(outcome.gates[0]).not.toHaveProperty('askedMs');
});

test('problems block the gate, even with --yes, until a recheck finds them gone', async () => {
  const plan = gatedPlan({}, true);
  let small = true;
  const disk: Behaviour = async () => {
    if (small) throw permanentFailure('12 GB are free, 40 are needed');
    return { state: 'unchanged', changeCount: 0 };
  };
  const run = await atGate(plan, { 'install-vault.preflight.disk': disk }, { approveAll: true });
  const blocked = await laboratory.gateIs(before, 'blocked');
  expect(blocked.problems).toEqual(['install-vault preflight.disk: 12 GB are free, 40 are needed']);
  expect(await refusal(send(run, 'update', 'approve', gateAnswer(plan, before, 'anna')))).toBe(
    'the preflight found a problem: mend what it names, then ask again with recheck',
  );
  await send(run, 'update', 'recheck', gateAnswer(plan, before, 'anna'), 'recheck 1');
  await laboratory.gateIs(before, 'blocked', 2);
  small = false;
  await send(run, 'signal', 'recheck', gateAnswer(plan, before, 'anna'));
  const outcome = await run.result();
  expect(outcome.gates.map(({ state, round }) => [state, round])).toEqual([
    ['expired', 1],
    ['expired', 2],
    ['passed', 3],
  ]);
});

test('a preflight that changes after the approval voids it, and the same person may approve anew', async () => {
  const plan = gatedPlan({}, true);
  let asked = 0;
  const run = await atGate(plan, {
    'install-vault.preflight.disk': async () => {
      asked += 1;
      if (asked === 2) throw permanentFailure('the disk is gone');
      return { state: 'unchanged', changeCount: 0 };
    },
  });
  await laboratory.gateIs(before, 'open');
  const anna = (round: number) => gateAnswer(plan, before, 'anna', { round });
  await send(run, 'update', 'approve', anna(1), 'approve#1');
  const voided = await laboratory.gateIs(before, 'expired');
  expect(voided.note).toBe('the preflight changed after the approval, which is void');
  await laboratory.gateIs(before, 'open', 2);
  expect(laboratory.called('install-vault.a')).toEqual([]);
  expect(await refusal(send(run, 'update', 'approve', anna(1), 'late'))).toBe(
    `the answer is for showing 1 of the gate before ${before}, the current one is 2`,
  );
  await send(run, 'update', 'approve', anna(2), 'approve#2');
  expect((await run.result()).gates.map(({ state }) => state)).toEqual(['expired', 'passed']);
});

test('problems end a run that nobody watches: --on-failure abort', async () => {
  const plan = gatedPlan({}, true);
  const disk: Behaviour = async () => {
    throw permanentFailure('12 GB are free, 40 are needed');
  };
  const run = await atGate(
    plan,
    { 'install-vault.preflight.disk': disk },
    { approveAll: true, onFailure: 'abort' },
  );
  expect((await failureOf(run)).message).toBe(
    'before base-infrastructure the preflight found\ninstall-vault preflight.disk: 12 GB are free, 40 are needed',
  );
  expect(laboratory.called('install-vault.a')).toEqual([]);
});

test('the same person may say the same at every showing of a gate, as the commands say it', async () => {
  const plan = gatedPlan({}, true);
  let problem: string | undefined = 'too small';
  const run = await atGate(plan, {
    'install-vault.preflight.disk': async () => {
      if (problem !== undefined) throw permanentFailure(problem);
      return { state: 'unchanged', changeCount: 0 };
    },
  });
  const say = async (verb: 'approve' | 'recheck', round: number): Promise<string> => {
    const gate = await laboratory.gateIs(before, verb === 'recheck' ? 'blocked' : 'open', round);
    problem = ['too small', undefined, 'the disk is gone', undefined, undefined][round - 1];
    const view = await readRun(laboratory.client, laboratory.siteName);
    const answer = { ...gateOf(view, undefined), hash: hashOf(plan), who: 'anna', comment: '' };
    expect(answer.round).toBe(gate.round);
    return answerGate(laboratory.client, view.workflowId, view.runId, verb, answer);
  };
  expect(await say('recheck', 1)).toBe('recorded');
  expect(await say('recheck', 2)).toBe('recorded');
  expect(await say('approve', 3)).toBe('recorded');
  expect(await say('recheck', 4)).toBe('recorded');
  expect(await say('approve', 5)).toBe('recorded');
  expect((await run.result()).gates.map(({ state }) => state)).toEqual([
    'expired',
    'expired',
    'expired',
    'expired',
    'passed',
  ]);
});

test('a rejection that comes while the preflight runs again is not lost', async () => {
  const plan = gatedPlan({}, true);
  let asked = 0;
  let end = (): void => undefined;
  const run = await atGate(plan, {
    'install-vault.preflight.disk': async () => {
      asked += 1;
      if (asked === 2) await new Promise<void>((resolve) => (end = resolve));
      return { state: 'unchanged', changeCount: 0 };
    },
  });
  await laboratory.gateIs(before, 'open');
  await send(run, 'update', 'approve', gateAnswer(plan, before, 'anna'));
  await expect.poll(() => asked).toBe(2);
  expect(await send(run, 'update', 'reject', gateAnswer(plan, before, 'bob'))).toBe('recorded');
  end();
  expect((await failureOf(run)).message).toBe(`the gate before ${before} was rejected by bob`);
  expect(laboratory.called('install-vault.a')).toEqual([]);
});
