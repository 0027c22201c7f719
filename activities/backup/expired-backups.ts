const dayMs = 86_400_000;

/**
 * Those of a role's backups that were kept long enough. The newest is never among them: a role whose backups have failed
 * for a while would be left with none.
 */
export function expiredBackups<Backup extends { at: Date }>(
  backups: readonly Backup[],
  keepDays: number,
  now: Date,
): Backup[] {
  const newest = Math.max(...backups.map(({ at }) => at.getTime()));
  const oldestKept = now.getTime() - keepDays * dayMs;
  return backups.filter(({ at }) => at.getTime() < oldestKept && at.getTime() !== newest);
}
