import { ApplicationFailure, isCancellation, patched, proxyActivities } from '@temporalio/workflow';
import type { BackupsInput, DeploymentInput, PlanRole, PlanRun } from '../config/plan-types.js';
import { failureText } from './failure-text.js';
import { activityOptions } from './profiles.js';

type BackupActivities = {
  'backups.require': (input: BackupsInput) => Promise<void>;
  'backups.schedule': (input: BackupsInput) => Promise<void>;
};

/** What a run does about the site's backups, besides making them. */
export type Backups = {
  /** Fails, with what to type, unless each role whose data the plan takes away has a fresh backup. */
  require: () => Promise<void>;
  /** Has the roles that are in place, and those from earlier runs, backed up when the site file says. */
  schedule: (inPlace: readonly PlanRole[]) => Promise<void>;
};

/** Asked once, when the run begins: whether a run has these activities must not change under it. */
export function createBackups(input: DeploymentInput, planRun: PlanRun): Backups {
  const { plan, hash, options } = input;
  const { stateAttribute, taskQueue, hypervisorQueue } = options;
  const changesSite = plan.mode === 'apply' || plan.mode === 'remove';
  const schedules = changesSite && patched('backups are scheduled');
  const call = (name: keyof BackupActivities, summary: string, inPlace: readonly PlanRole[]) => {
    const activities = proxyActivities<BackupActivities>(activityOptions('quick', taskQueue, summary));
    const roles = inPlace.filter(({ available }) => available).map((role) => role.name);
    return activities[name]({
      planRun,
      hash,
      inPlace: roles,
      options: { stateAttribute, taskQueue, hypervisorQueue },
    });
  };
  const site = plan.site.name;
  return {
    require: async () => {
      if (!options.freshBackups) return;
      try {
        await call('backups.require', `${site}: ask for fresh backups`, []);
      } catch (error) {
        if (isCancellation(error)) throw error;
        throw ApplicationFailure.nonRetryable(
          `nothing was removed: ${failureText(error, true)}\nRemove the data all the same: --without-backup`,
          'Backups',
        );
      }
    },
    schedule: async (inPlace) => {
      if (schedules) await call('backups.schedule', `${site}: schedule the backups`, inPlace);
    },
  };
}
