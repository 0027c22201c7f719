import type { BackupRun, BackupsView } from '../run/read-backups.js';
import { inWords, moment, paint, wrap } from './text.js';

/** A backup that takes longer than this is stuck, or waits for somebody. */
const longestMs = 3_600_000;

/** What a person sees of a site's scheduled backups: when each role was saved last, and what to do when it was not. */
export function renderBackups(view: BackupsView, site: string, now: number): string[] {
  const { nextMs, roles, runs } = view;
  const width = Math.max(...roles.map((role) => role.length));
  return [
    `Backups${nextMs === undefined ? '' : `   next ${moment(nextMs, now)}`}`,
    ...roles.map((role) => `  ${role.padEnd(width)}   ${newestOf(role, runs, now)}`),
    ...backupAlerts(view, site, now).flatMap((alert) =>
      wrap(alert, 76, '  ').map((line, index) => paint.yellow(`${index === 0 ? '! ' : '  '}${line}`)),
    ),
  ];
}

/** What of the backups needs a person, each with what to type. */
export function backupAlerts({ scheduleId, paused, runs }: BackupsView, site: string, now: number): string[] {
  const [last] = runs;
  return [
    ...(paused === undefined
      ? []
      : [
          `paused${paused === '' ? '' : ` (${paused})`}: nothing is saved. Go on: temporal schedule toggle --unpause --schedule-id ${scheduleId}`,
        ]),
    ...(last === undefined ? [] : runAlerts(last, site, now)),
  ];
}

function runAlerts(
  { workflowId, scheduledMs, state, failed }: BackupRun,
  site: string,
  now: number,
): string[] {
  const which = `the backup of ${moment(scheduledMs, now)}`;
  const see = `See: socle status ${workflowId}`;
  if (state === 'running' && now - scheduledMs > longestMs)
    return [`${which} has been under way for ${inWords(now - scheduledMs)}. ${see}`];
  if (state === 'running again' || state === 'failed') {
    const again = state === 'failed' ? '' : ' and is tried again';
    if (failed.length === 0) return [`${which} failed${again}. ${see}`];
    return failed.map(
      ({ role, message }) =>
        `${which} failed${again}: ${role}: ${message}. Mend it, then: socle run FILE ${role} backup (FILE is the site file of ${site})`,
    );
  }
  return [];
}

function newestOf(role: string, runs: readonly BackupRun[], now: number): string {
  const newest = runs.find(({ saved }) => saved.includes(role));
  if (newest !== undefined) return `saved ${moment(newest.scheduledMs, now)}`;
  return runs.length === 0
    ? 'not saved yet'
    : `not saved in the last ${runs.length === 1 ? 'run' : `${runs.length} runs`}`;
}
