import type { PlanRole } from '../config/plan-types.js';
import type { SkippedStep } from './progress.js';

/**
 * The failure of a step that stands on skipped ones, with their reasons: in the same role on the same target or for the
 * whole site, and in the roles that its role needs.
 */
export function withSkipped(
  message: string,
  at: { role: string; target: string },
  skipped: readonly SkippedStep[],
  roles: readonly PlanRole[],
  site: string,
): string {
  const needs = roles.find(({ name }) => name === at.role)?.needs ?? [];
  const sameRole = (skip: SkippedStep): boolean =>
    skip.role === at.role && (skip.target === at.target || skip.target === site || at.target === site);
  const causes = skipped
    .filter((skip) => sameRole(skip) || needs.some((need) => need === skip.role))
    .map(
      ({ role, step, target, who, reason }) =>
        `${role}.${step} on ${target} was skipped by ${who}: ${reason}`,
    );
  return causes.length === 0 ? message : `${message} (${causes.join('; ')})`;
}
