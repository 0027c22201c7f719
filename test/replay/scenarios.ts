import { hashOf } from '../../config/canonical-json.js';
import type { Plan } from '../../config/plan-types.js';
import { gateAnswer, parkAnswer, send } from '../workflow/answers.js';
import {
  eventually,
  Laboratory,
  permanentFailure,
  phase,
  planOf,
  role,
  step,
  stepFailure,
} from '../workflow/harness.js';

const name = 'base-infrastructure';

/** A run brought to the point where its histories are worth keeping; `phases` names its children. */
export type Scenario = { name: string; phases: string[]; play: () => Promise<Laboratory> };

function plan(): Plan {
  return planOf(
    [
      phase(
        3,
        name,
        [
          role('install-vault', [
            step('a'),
            step('init', { on: 'first' }),
            step('b', { rolling: true, ordered: true }),
          ]),
          role('install-gogs', [step('c', { parallel: 1 })], {
            needs: ['install-vault'],
            preflight: [{ name: 'space', title: 'space', kind: 'role' }],
          }),
        ],
        {
          gate: { approvals: 1, starterMayApprove: true, onExpiry: 'rejected', expiresAfterSeconds: 86_400 },
        },
      ),
    ],
    2,
  );
}

const atGate = async (behaviours: Parameters<typeof Laboratory.open>[1], planned = plan()) => {
  const laboratory = await Laboratory.open(planned, {
    'install-vault.b.order': async () => ['vault-2', 'vault-1'] as never,
    'install-gogs.preflight.space': async () => ({ state: 'unchanged', changeCount: 0, changes: [] }),
    ...behaviours,
  });
  const run = await laboratory.deploy(planned, { startedBy: 'anna' });
  await laboratory.gateIs(name, 'open');
  return { laboratory, run, planned };
};

const pastGate = async (behaviours: Parameters<typeof Laboratory.open>[1], planned = plan()) => {
  const at = await atGate(behaviours, planned);
  await send(at.run, 'update', 'approve', gateAnswer(planned, name, 'anna'));
  return at;
};

const broken = async (_input: unknown, attempt: number): Promise<void> => {
  if (attempt === 1) throw stepFailure('not yet', 1);
  throw permanentFailure('the disk is full');
};

export const scenarios: Scenario[] = [
  {
    name: 'finished',
    phases: [name, `${name}/preflight`, `${name}/check`],
    play: async () => {
      const { laboratory, run } = await pastGate({});
      await run.result();
      return laboratory;
    },
  },
  {
    name: 'gate-open',
    phases: [],
    play: async () => (await atGate({})).laboratory,
  },
  {
    name: 'nothing-to-do',
    phases: [],
    play: async () => {
      const planned = plan();
      const nothing = async () => ({ state: 'unchanged' as const, changeCount: 0, changes: [] });
      const steps = ['install-vault.a', 'install-vault.init', 'install-vault.b', 'install-gogs.c'];
      const laboratory = await Laboratory.open(planned, {
        ...Object.fromEntries(steps.map((step) => [step, nothing])),
        'install-vault.b.order': async () => ['vault-2', 'vault-1'] as never,
        'install-gogs.preflight.space': nothing,
      });
      await (await laboratory.deploy(planned)).result();
      return laboratory;
    },
  },
  {
    name: 'parked-open',
    phases: [name],
    play: async () => {
      const { laboratory, planned } = await pastGate({
        'install-vault.a@vault-1': async (input, attempt) =>
          input.mode === 'apply' ? broken(input, attempt) : undefined,
      });
      const seen = await laboratory.phaseShows(name, ({ parked }) => parked.length === 1);
      await send(laboratory.phase(name), 'update', 'retry', parkAnswer(planned, seen.parked[0]!));
      await laboratory.phaseShows(
        name,
        ({ parked }) => parked[0]?.park !== undefined && parked[0].park > seen.parked[0]!.park,
      );
      return laboratory;
    },
  },
  {
    name: 'running-open',
    phases: [name],
    play: async () => {
      const { laboratory } = await pastGate({
        'install-vault.a@vault-2': async ({ mode }) =>
          mode === 'apply' ? new Promise((resolve) => setTimeout(resolve, 3_000)) : undefined,
      });
      await eventually(async () => laboratory.called('install-vault.a').length === 2 || undefined);
      return laboratory;
    },
  },
  {
    name: 'canceled-now',
    phases: [name],
    play: async () => {
      const { laboratory, run, planned } = await pastGate({
        'install-vault.a': async ({ mode }, _attempt, signal) =>
          mode === 'apply'
            ? new Promise((_, refuse) =>
                signal.addEventListener('abort', () => refuse(signal.reason as Error)),
              )
            : undefined,
      });
      await eventually(async () => laboratory.called('install-vault.a').length === 2 || undefined);
      await send(laboratory.phase(name), 'signal', 'cancelNow', { hash: hashOf(planned), who: 'anna' });
      await run.result().catch(() => undefined);
      return laboratory;
    },
  },
  {
    // Two roles share the one clone at a time that the site file allows; one clone is parked, one check has a note.
    name: 'capped-open',
    phases: ['provisioning'],
    play: async () => {
      const steps = [step('clone', { queue: 'hypervisor' }), step('surplus', { on: 'site' })];
      const infra = role('provisionnement-vms-infra', steps);
      const apps = role('provisionnement-vms-apps', steps);
      const planned = planOf([phase(1, 'provisioning', [infra, apps])], 2);
      planned.site.hypervisor = { kind: 'vsphere', concurrentClones: 1 } as Plan['site']['hypervisor'];
      const laboratory = await Laboratory.open(planned, {
        'provisionnement-vms-infra.clone@vault-1': async () => {
          throw permanentFailure('no space');
        },
        'provisionnement-vms-apps.surplus': async () => ({
          state: 'unchanged',
          changeCount: 0,
          changes: [],
          notes: ['vault-3 is too much'],
        }),
      });
      await laboratory.deploy(planned);
      await laboratory.phaseShows(
        'provisioning',
        ({ parked, notes, roles }) => parked.length === 1 && notes?.length === 1 && roles[0]?.done === 1,
      );
      return laboratory;
    },
  },
  {
    name: 'removed',
    phases: [name],
    play: async () => {
      const planned = planOf([phase(3, name, [role('install-vault', [step('remove.destroy')])])], 2, {
        mode: 'remove',
      });
      const laboratory = await Laboratory.open(planned);
      await (await laboratory.deploy(planned)).result();
      return laboratory;
    },
  },
  {
    name: 'backups-scheduled',
    phases: [],
    play: async () => {
      const planned = planOf(
        [
          phase(3, name, [role('install-vault', [step('a')])]),
          phase(6, 'middleware', [role('install-keycloak', [step('b')])]),
        ],
        1,
      );
      planned.site.backup = { kind: 's3', schedule: '0 2 * * *' } as Plan['site']['backup'];
      const laboratory = await Laboratory.open(planned);
      await (await laboratory.deploy(planned)).result();
      return laboratory;
    },
  },
  {
    // Of two roles one cannot be saved, and so cannot a later phase's: all are tried, then the run fails.
    name: 'backup-failed',
    phases: [name, 'middleware'],
    play: async () => {
      const planned = planOf(
        [
          phase(3, name, [
            role('install-vault', [step('backup.save', { on: 'site' }), step('backup.note', { on: 'site' })]),
            role('install-gogs', [step('backup.save', { on: 'site' })]),
          ]),
          phase(6, 'middleware', [role('install-keycloak', [step('backup.save', { on: 'site' })])]),
        ],
        1,
        { mode: 'operation' },
      );
      const failing = async (): Promise<never> => {
        throw permanentFailure('sealed');
      };
      const laboratory = await Laboratory.open(planned, {
        'install-vault.backup.save': failing,
        'install-keycloak.backup.save': failing,
      });
      const run = await laboratory.deploy(planned, { onFailure: 'continue' });
      await run.result().catch(() => undefined);
      return laboratory;
    },
  },
  {
    name: 'removed-with-backups',
    phases: [],
    play: async () => {
      const planned = planOf([phase(3, name, [role('install-vault', [step('remove.destroy')])])], 1, {
        mode: 'remove',
      });
      const laboratory = await Laboratory.open(planned);
      await (await laboratory.deploy(planned, { freshBackups: true })).result();
      return laboratory;
    },
  },
];
