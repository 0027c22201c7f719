import type { BackupRun, BackupsView } from '../run/read-backups.js';
import { inWords, moment, paint, wrap } from './text.js';

/** A backup that takes longer than this is stuck, or waits for somebody. */
const longestMs = 3_600_000;

/**
 * What a person sees of a site's scheduled backups: when each role was saved last, and what to do when it was not.
 * @param file the site file, as it is to be typed
 */
export function renderBackups(view: BackupsView, file: string, now: number): string[] {
  const { nextMs, roles, runs } = view;
  const width = Math.max(...roles.map((role) => role.length));
  return [
    `Backups${nextMs === undefined ? '' : `   next ${moment(nextMs, now)}`}`,
    ...roles.map((role) => `  ${role.padEnd(width)}   ${newestOf(role, runs, now)}`),
    ...backupAlerts(view, file, now).flatMap((alert) =>
      wrap(alert, 76, '  ').map((line, index) => paint.yellow(`${index === 0 ? '! ' : '  '}${line}`)),
    ),
  ];
}

/** What of the backups needs a person, each with what to type. */
export function backupAlerts({ scheduleId, paused, runs }: BackupsView, file: string, now: number): string[] {
  const [last] = runs;
  const ended = runs.find(({ state }) => state !== 'running');
  return [
    ...(paused === undefined
      ? []
      : [
          `paused${paused === '' ? '' : ` (${paused})`}: nothing is saved. Go on: temporal schedule toggle --unpause --schedule-id ${scheduleId}`,
        ]),
    ...(last?.state === 'running' ? slowAlerts(last, now) : []),
    // A backup that has just begun says nothing yet about the one before it.
    ...(ended === undefined ? [] : failureAlerts(ended, file, now)),
  ];
}

function slowAlerts({ workflowId, scheduledMs }: BackupRun, now: number): string[] {
  if (now - scheduledMs <= longestMs) return [];
  const since = inWords(now - scheduledMs);
  return [`the backup of ${moment(scheduledMs, now)} has been under way for ${since}. ${seeOf(workflowId)}`];
}

function failureAlerts(
  { workflowId, scheduledMs, state, failed }: BackupRun,
  file: string,
  now: number,
): string[] {
  if (state !== 'running again' && state !== 'failed') return [];
  const again = state === 'failed' ? '' : ' and is tried again';
  const which = `the backup of ${moment(scheduledMs, now)} failed${again}`;
  if (failed.length === 0) return [`${which}. ${seeOf(workflowId)}`];
  return failed.map(
    ({ role, message }) => `${which}: ${role}: ${message}. Mend it, then: socle run ${file} ${role} backup`,
  );
}

function seeOf(workflowId: string): string {
  return `See: socle status ${workflowId}`;
}

function newestOf(role: string, runs: readonly BackupRun[], now: number): string {
  const newest = runs.find(({ saved }) => saved.includes(role));
  if (newest !== undefined) return `saved ${moment(newest.scheduledMs, now)}`;
  return runs.length === 0
    ? 'not saved yet'
    : `not saved in the last ${runs.length === 1 ? 'run' : `${runs.length} runs`}`;
}
