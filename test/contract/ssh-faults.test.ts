import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import { hostTarget } from '../../activities/host/host-target.js';
import { openHost } from '../../activities/clients/ssh/open-host.js';
import { PermanentError, SshCommandError } from '../../activities/errors.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import type { Role, Step } from '../../activities/role.js';
import { MachinesUnderTest } from './sandbox-machines.js';

const role = prepareVms as unknown as Role;
// Its own machine: the files of this project run side by side on the same loopback addresses.
const name = 'gitops-1';
const step = (id: string): Step => role.steps.find((candidate) => candidate.id === id)!;

let under: MachinesUnderTest;
beforeEach(async () => {
  under = await MachinesUnderTest.boot([name]);
});
afterEach(async () => {
  closeHosts();
  await under.close();
});

const thrownBy = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error as Error,
  );

/** What one attempt does, as run-step would. */
async function attempt(id: string): Promise<string> {
  const { after } = await step(id).converge!(under.context(role, name));
  return after.state;
}

/** Effects that change the machine, each as text. */
const effects = (): string[] =>
  under.journal.entries().map(({ effect, detail }) => `${effect} ${JSON.stringify(detail ?? {})}`);

const arm = (fault: Record<string, unknown>): void =>
  under.faults.arm({ system: 'machine', subject: name, ...fault });

/** The steps before the one under test, done without a fault. */
async function upTo(id: string): Promise<void> {
  for (const { id: before, on } of role.steps) {
    if (before === id) return;
    if (on !== 'site') expect(await attempt(before), before).toBe('done');
  }
}

test.each(['base', 'hardening'])(
  '%s: the answer is lost after the script did its work; the next attempt finds it done and repeats nothing',
  async (id) => {
    await upTo(id);
    const context = under.context(role, name);
    expect((await step(id).check(context)).state).toBe('todo');
    arm({ operation: 'ssh.exec', kind: 'lost-answer' });
    expect(await thrownBy(Promise.resolve(step(id).apply(context)))).toBeInstanceOf(SshCommandError);
    const once = effects();
    expect(await attempt(id)).toBe('done');
    const added = effects().slice(once.length);
    // Each change that could lock Socle out has a timed restore of its own, which ends when it is confirmed.
    const confirmed = 'stop {"unit":"socle-restore.timer"}';
    expect(added.filter((effect) => once.includes(effect) && effect !== confirmed)).toEqual([]);
    const users = effects().filter((effect) => effect.startsWith('user-added'));
    expect(users).toHaveLength(new Set(users).size);
  },
);

test.each([1, 20, 60])(
  'the connection is reset %i ms into the script; the next attempts end in the same state',
  async (ms) => {
    await upTo('hardening');
    arm({ operation: 'ssh.exec', kind: 'reset', argument: ms, times: 2 });
    for (let failure = 0; failure < 2; failure += 1)
      expect(await thrownBy(attempt('hardening'))).toBeInstanceOf(SshCommandError);
    expect(await attempt('hardening')).toBe('done');
    const users = effects().filter((effect) => effect.startsWith('user-added'));
    expect(users).toHaveLength(new Set(users).size);
  },
);

test('a host key that Socle did not give is refused for good, and nothing was sent', async () => {
  const before = under.machines.powered()[0]!.logins;
  arm({ operation: 'ssh.connect', kind: 'wrong-host-key' });
  const error = await thrownBy(attempt('base'));
  expect(error).toBeInstanceOf(PermanentError);
  expect(error.message).toMatch(/gitops-1.*shows the host key SHA256:.+expected SHA256:.+deploy again/s);
  expect(under.machines.powered()[0]!.logins).toBe(before);
  expect(await attempt('base')).toBe('done');
});

test('a connection refused and a slow command only cost time', async () => {
  arm({ operation: 'ssh.connect', kind: 'reset' });
  arm({ operation: 'ssh.exec', kind: 'slow', argument: 400 });
  const first = await thrownBy(attempt('base'));
  expect(first.message).toContain(name);
  expect(await attempt('base')).toBe('done');
});

test('the preflight waits for a machine that does not answer for a moment, and tells of one with another key at once', async () => {
  const machines = role.preflight.find((preflight) => preflight.name === 'machines')!;
  arm({ operation: 'ssh.connect', kind: 'reset', times: 2 });
  expect(await machines.check(under.context(role, under.plan.site.name))).toEqual([]);
  closeHosts();
  arm({ operation: 'ssh.connect', kind: 'wrong-host-key' });
  const asked = Date.now();
  const [finding] = await machines.check(under.context(role, under.plan.site.name));
  expect(finding).toMatch(/gitops-1.*shows the host key/);
  expect(Date.now() - asked).toBeLessThan(2_000);
});

test('a command that fails on the machine is shown with the end of its complaint', async () => {
  arm({ operation: 'ssh.exec', kind: 'error', argument: 'No space left on device' });
  const { site, machines } = under.plan;
  const host = openHost(await hostTarget(site, machines[0]!, under.secrets, 'bootstrap'));
  const error = await thrownBy(host.run('true\n'));
  expect(error).toMatchObject({
    exitCode: 1,
    stderrTail: expect.stringContaining('No space left on device') as string,
  });
});
