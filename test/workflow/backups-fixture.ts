import { z } from 'zod';
import { backupTarget } from '../../activities/backup/target.js';
import { declarationOf, type AnyRole } from '../../activities/registry.js';
import { defineRole, done, todo, type StepContext } from '../../activities/role.js';
import { buildPlan } from '../../config/plan.js';
import type { Mode, Plan } from '../../config/plan-types.js';
import type { RoleName } from '../../config/phases.js';
import type { Site } from '../../config/site.js';
import { planOf } from './plans.js';
import { masterKeyName } from './real-role.js';

type Kept = Partial<Pick<AnyRole, 'steps' | 'groups'>> & {
  save?: () => Promise<void>;
  restore?: () => Promise<void>;
};

/** A role with data: its step is done at once, and its backup is a few bytes at the site's target, one in each run. */
export function keepingRole(name: RoleName, { save, restore, ...more }: Kept = {}): AnyRole {
  const restored = new Set<string>();
  const target = ({ site, secrets, signal }: StepContext) => backupTarget(site, secrets, signal);
  return defineRole({
    name,
    title: name,
    groups: ['vault'],
    needs: [],
    inputs: z.json(),
    preflight: [],
    steps: [
      {
        id: 'a',
        title: 'a',
        on: 'site',
        profile: 'quick',
        check: async () => done,
        apply: async () => undefined,
      },
    ],
    verify: async () => done,
    remove: [
      {
        id: 'undo',
        title: 'undo',
        on: 'site',
        profile: 'quick',
        check: async () => done,
        apply: async () => undefined,
      },
    ],
    operations: {
      backup: {
        title: 'save',
        steps: [
          {
            id: 'save',
            title: 'save',
            on: 'site',
            profile: 'quick',
            check: async (context) => {
              const stored = await (await target(context)).list(name);
              return stored.some((one) => one.name.includes(context.runId))
                ? done
                : todo('this run has saved none');
            },
            apply: async (context) => {
              await save?.();
              await (await target(context)).save(name, new Date(), Buffer.from(name), context.runId);
            },
          },
        ],
      },
      restore: {
        title: 'restore',
        steps: [
          {
            id: 'put',
            title: 'put',
            on: 'site',
            profile: 'quick',
            check: async ({ runId }) => (restored.has(runId) ? done : todo('this run has restored nothing')),
            apply: async ({ runId }) => {
              await restore?.();
              restored.add(runId);
            },
          },
        ],
      },
    },
    ...more,
  });
}

/** A plan of these roles over one machine. */
export function planWith(
  roles: readonly AnyRole[],
  backup: Site['backup'],
  mode: Mode = 'apply',
  more: { only?: RoleName[]; operation?: string; name?: string } = {},
): Plan {
  const { machines, site } = planOf([], 1);
  const secrets = { master: `env:${masterKeyName}`, versions: { hostKeys: 1, operatorKey: 1 } };
  const only = more.only ?? roles.map(({ name }) => name);
  return buildPlan({
    site: {
      ...site,
      name: more.name ?? site.name,
      approvals: [],
      options: {},
      secrets,
      ...(backup && { backup }),
    } as unknown as Site,
    inventory: { machines, virtualAddresses: [] },
    declarations: roles.map(declarationOf),
    mode,
    selection: { only },
    ...(more.operation !== undefined && { operation: { role: only, name: more.operation } }),
  });
}

/** Work that begins and goes on when the test says so. */
export function held(): { work: () => Promise<void>; begun: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  let begin = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const begun = new Promise<void>((resolve) => (begin = resolve));
  return { work: () => (begin(), released), begun, release };
}
