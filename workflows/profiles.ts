import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';
import type { ProfileName } from '../config/declaration.js';

/** A worker that is lost is noticed after this long; an activity's heartbeat timer beats at a fifth of it. */
export const heartbeatTimeoutSeconds = 10;

/** How often a step that lost its worker is started again without that counting as its own failure. */
export const maximumReissues = 50;

type Profile = {
  startToCloseMinutes: number;
  attempts: number;
  maximumSeconds: number;
};

const profiles: Record<ProfileName, Profile> = {
  /** One request to an API. */
  quick: { startToCloseMinutes: 2, attempts: 5, maximumSeconds: 20 },
  /** One script on a host. */
  host: { startToCloseMinutes: 10, attempts: 4, maximumSeconds: 30 },
  /** Package installation and downloads. */
  packages: { startToCloseMinutes: 45, attempts: 4, maximumSeconds: 60 },
  /** A clone of a template, task included. */
  clone: { startToCloseMinutes: 60, attempts: 5, maximumSeconds: 60 },
  /** Waiting for something that starts. */
  wait: { startToCloseMinutes: 20, attempts: 3, maximumSeconds: 5 },
};

/** Attempts that a step may fail by itself before it parks. */
export function maximumAttemptsOf(profile: ProfileName): number {
  return profiles[profile].attempts;
}

/** Options of the activity that runs a step. Never scheduleToClose: it would count the time spent in the queue. */
export function activityOptions(
  profile: ProfileName,
  taskQueue: string,
  summary: string,
  attempts = maximumAttemptsOf(profile),
): ActivityOptions {
  const { startToCloseMinutes, maximumSeconds } = profiles[profile];
  return {
    taskQueue,
    summary,
    startToCloseTimeout: `${startToCloseMinutes} minutes`,
    heartbeatTimeout: `${heartbeatTimeoutSeconds} seconds`,
    // Unset it would be TRY_CANCEL, whatever the documentation says (temporalio/sdk-typescript#2442).
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      maximumAttempts: attempts,
      // The server counts attempts that were lost with their worker too: growing pauses are for the failures that a step
      // reports, and the adapter asks for those itself (activities/retry-delay.ts).
      backoffCoefficient: 1,
      initialInterval: '1 second',
      maximumInterval: `${maximumSeconds} seconds`,
    },
  };
}
