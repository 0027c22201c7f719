import type { RoleName } from '../../config/phases.js';

/** When a role's newest backup was made; undefined when it has none. */
export type NewestBackup = { role: RoleName; at: Date | undefined };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Why data may not be removed yet, with how to make a backup; undefined when each role has a backup younger than 24 hours. */
export function missingBackups(newest: readonly NewestBackup[], now: Date): string | undefined {
  const missing = newest.filter(({ at }) => at === undefined || now.getTime() - at.getTime() >= dayMs);
  if (missing.length === 0) return undefined;
  return [
    'a backup younger than 24 hours is missing',
    ...missing.map(({ role, at }) => `${role}: ${ageOf(at, now)}. Make one: socle run FILE ${role} backup`),
  ].join('\n');
}

function ageOf(at: Date | undefined, now: Date): string {
  if (at === undefined) return 'it has none';
  const hours = Math.floor((now.getTime() - at.getTime()) / hourMs);
  const age = hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
  return `its newest is ${age} old (${at.toISOString().slice(0, 16)}Z)`;
}
