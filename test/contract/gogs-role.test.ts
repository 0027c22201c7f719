import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gitAccess } from '../../activities/clients/git/access.js';
import { commitFiles } from '../../activities/clients/git/commit-files.js';
import { readHead } from '../../activities/clients/git/head.js';
import type { Role, StepContext } from '../../activities/role.js';
import { installGogs } from '../../activities/roles/3-base-infrastructure/install-gogs.js';
import { activeMachine } from '../../activities/roles/3-base-infrastructure/gogs/active.js';
import { gogsAt } from '../../activities/roles/3-base-infrastructure/gogs/gogs-at.js';
import {
  gitopsBranch,
  gogsPaths,
  gogsUnitName,
  replica,
} from '../../activities/roles/3-base-infrastructure/gogs/settings.js';
import { canTestWith } from '../../tools/test-programs.js';
import { RoleOnMachines } from './role-on-machines.js';
import type { S3UnderTest } from './s3-contract.js';
import { startRealS3 } from './s3-real.js';

const names = ['gitops-1', 'gitops-2'] as const;
const role = installGogs as unknown as Role;
const each = ['program', 'certificate', 'configuration'].flatMap((step) =>
  names.map((name) => `${step} ${name}`),
);

/** What the role makes of two simulated machines, of which one serves, and what these do then. */
describe('install-gogs in the sandbox', () => {
  let given: RoleOnMachines;
  beforeAll(async () => {
    given = await RoleOnMachines.prepare(role, names, 'gogs', 'examples/site-1000.yaml');
  }, 180_000);
  afterAll(() => given.close());

  const context = (runId = 'test'): StepContext => ({ ...given.context(names[0]), runId });
  const remote = async (user: 'socle' | 'argocd') => {
    const at = await gogsAt(context(), await activeMachine(context()));
    return at.repository({ username: user, password: given.under.secrets.gogsPassword(user) });
  };
  const write = async (content: string) =>
    commitFiles(await remote('socle'), {
      branch: gitopsBranch,
      changes: new Map([['apps/state.yaml', Buffer.from(content)]]),
      author: { name: 'Test', email: 'test@platform.example' },
      message: content,
    });
  const written = async (): Promise<string | undefined> =>
    (await readHead(await remote('argocd'), gitopsBranch)).files.get('apps/state.yaml')?.toString();

  test('each step does its work once, and a second pass finds nothing to do', async () => {
    const site = ['running', 'administrator', 'platform', 'replicate'];
    expect((await given.converge()).sort()).toEqual([...each, ...site].sort());
    await given.verified();
    const effects = given.under.journal.entries().length;
    expect(await given.converge()).toEqual([]);
    expect(given.under.journal.entries().slice(effects)).toEqual([]);
    expect(given.machine('gitops-2').running.has(gogsUnitName)).toBe(false);
  }, 240_000);

  test('Argo CD reads the first commit and writes nothing', async () => {
    expect(await gitAccess(await remote('argocd'))).toBe('read');
    expect(await gitAccess(await remote('socle'))).toBe('write');
    const { files } = await readHead(await remote('argocd'), gitopsBranch);
    expect([...files.keys()]).toEqual(['README.md']);
  });

  test('nothing is left of the moment in which somebody could register', async () => {
    const { files, unixSockets } = given.machine('gitops-1');
    expect(await files.exists('/run/gogs-first-user')).toBe(false);
    expect(await files.exists('/run/systemd/system/gogs-first-user.service')).toBe(false);
    expect([...unixSockets.keys()].filter((path) => path.includes('gogs'))).toEqual([]);
    expect(await files.text(gogsPaths.configuration)).toContain('DISABLE_REGISTRATION = true');
  });

  test('after a power cut, and after the sandbox itself was killed, it holds what was pushed', async () => {
    await write('kept');
    await given.cutPower();
    expect(await given.converge()).toEqual([]);
    await given.under.restart();
    expect(await given.converge()).toEqual([]);
    expect(await written()).toBe('kept');
  }, 240_000);

  test('a lost token is named and put right, one that another master key sealed is not taken', async () => {
    await given.machine('gitops-1').files.rm(gogsPaths.token);
    expect(await role.verify(context())).toMatchObject({
      state: 'todo',
      reason: expect.stringContaining('no token of the administrator is kept') as string,
    });
    expect(await given.converge()).toEqual(['platform']);
    await given.machine('gitops-1').files.writeFile(gogsPaths.token, 'sealed by somebody else');
    await expect(given.step('platform').apply(context())).rejects.toThrow('another master key');
    await given.machine('gitops-1').files.rm(gogsPaths.token);
    expect(await given.converge()).toEqual(['platform']);
  }, 240_000);

  describe.runIf(canTestWith('go'))('with a backup target', () => {
    let target: S3UnderTest;
    beforeAll(async () => {
      target = await startRealS3();
    }, 3_600_000);
    afterAll(() => target?.close());
    const operate = (operation: string, runId: string): Promise<void> =>
      given.operate(operation, (name) => given.inRun(target, name, runId));

    test('what was saved comes back', async () => {
      await write('good');
      await operate('backup', '0a');
      await write('spoilt');
      await operate('restore', '0b');
      expect(await written()).toBe('good');
      expect(await given.converge()).toEqual([]);
    }, 240_000);

    test('a Gogs that was lost with its machines comes back in new ones', async () => {
      for (const name of names) await given.step('undo').apply(given.context(name));
      await given.converge();
      expect(await written()).toBeUndefined();
      await operate('restore', '0c');
      expect(await written()).toBe('good');
      await given.converge();
      await given.verified();
    }, 240_000);
  });

  test('the other machine takes over with all that was pushed, and the next deployment lets it', async () => {
    await write('before the take-over');
    await given.operate('take-over', (name) => ({ ...given.context(name), runId: 'one' }));
    expect((await activeMachine(context())).name).toBe('gitops-2');
    expect(await written()).toBe('before the take-over');
    await given.converge();
    await given.verified();
    expect(given.machine('gitops-1').running.has(gogsUnitName)).toBe(false);
    await write('after it');
    await given.operate('take-over', (name) => ({ ...given.context(name), runId: 'two' }));
    expect((await activeMachine(context())).name).toBe('gitops-1');
    expect(await written()).toBe('after it');
  }, 240_000);

  test('two that both would serve are refused, with what to type', async () => {
    given.machine('gitops-2').enabled.add(gogsUnitName);
    await expect(activeMachine(context())).rejects.toThrow('systemctl disable --now gogs.service');
    given.machine('gitops-2').enabled.delete(gogsUnitName);
  });

  test('removal leaves nothing, and it can be installed anew', async () => {
    for (const name of names) await given.step('undo').apply(given.context(name));
    for (const name of names) {
      expect(await given.step('undo').check(given.context(name))).toEqual({ state: 'done' });
      for (const path of [gogsPaths.settings, gogsPaths.data, gogsPaths.program, replica.folder])
        expect(await given.machine(name).files.exists(path), `${name} ${path}`).toBe(false);
    }
    await given.converge();
    await given.verified();
  }, 240_000);
});
