/** As `2026-11-27T02-00-00Z.backup`: no colon, which file systems and command lines trip over. */
const form = /^(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})Z(-[\w-]+)?\.backup$/;

/**
 * The name of the backup of a moment, to the second. Names sort as their moments do.
 * @param run the workflow run that makes it, which finds it again by its id
 */
export function backupName(at: Date, run?: string): string {
  const [date, time] = at.toISOString().slice(0, 19).split('T');
  return `${date!}T${time!.replaceAll(':', '-')}Z${run === undefined ? '' : `-${run}`}.backup`;
}

/** The moment that a name says; undefined when it is no name of a backup. */
export function backupTime(name: string): Date | undefined {
  const [, date, hour, minute, second, run] = form.exec(name) ?? [];
  if (date === undefined) return undefined;
  const at = new Date(`${date}T${hour!}:${minute!}:${second!}Z`);
  return Number.isNaN(at.getTime()) || backupName(at, run?.slice(1)) !== name ? undefined : at;
}
