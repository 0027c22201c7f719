import type { RoleDeclaration } from './declaration.js';
import { exitCodes, UserError } from './errors.js';
import { phases, roleNames, type RoleName } from './phases.js';
import type { PlanRequest } from './plan-request.js';
import { nearest } from './nearest.js';

export type Selected = { selected: ReadonlySet<RoleName>; assumed: ReadonlySet<RoleName> };

/**
 * The roles that the plan runs, and those that it takes for done because they were left out on purpose.
 * @throws UserError naming unknown words, and every role that would lack a skipped need.
 */
export function selectRoles(
  request: PlanRequest,
  declarations: ReadonlyMap<RoleName, RoleDeclaration>,
): Selected {
  const { site, selection = {}, operation } = request;
  if (operation) return { selected: new Set([operation.role].flat().map(knownRole)), assumed: new Set() };
  const applicable = roleNames.filter((name) => declarations.get(name)?.when?.(site) ?? true);
  const only = selection.only && new Set(selection.only.flatMap(expand));
  const skip = new Set((selection.skip ?? []).flatMap(expand));
  const first = selection.from === undefined ? undefined : expand(selection.from)[0];
  const start = first === undefined ? 0 : roleNames.indexOf(first);
  const selected = new Set(
    applicable.filter(
      (name) => roleNames.indexOf(name) >= start && (!only || only.has(name)) && !skip.has(name),
    ),
  );
  if (selected.size === 0)
    throw new UserError('Nothing is left to do after --only, --skip and --from.', exitCodes.usage);
  refuseSkippedNeeds(selected, skip, declarations);
  return {
    selected,
    assumed: request.mode === 'remove' ? new Set() : leftOutNeeds(selected, applicable, declarations),
  };
}

function refuseSkippedNeeds(
  selected: ReadonlySet<RoleName>,
  skip: ReadonlySet<RoleName>,
  declarations: ReadonlyMap<RoleName, RoleDeclaration>,
): void {
  const problems = [...selected].flatMap((name) =>
    (declarations.get(name)?.needs ?? [])
      .filter((need) => skip.has(need))
      .map(
        (need) =>
          `${name} needs ${need}, which --skip leaves out. Skip ${name} too, or take ${name} alone with --only.`,
      ),
  );
  if (problems.length > 0) throw new UserError(problems.join('\n'), exitCodes.plan);
}

function leftOutNeeds(
  selected: ReadonlySet<RoleName>,
  applicable: readonly RoleName[],
  declarations: ReadonlyMap<RoleName, RoleDeclaration>,
): Set<RoleName> {
  const needed = [...selected].flatMap((name) => declarations.get(name)?.needs ?? []);
  return new Set(
    needed.filter((need) => !selected.has(need) && applicable.includes(need) && declarations.has(need)),
  );
}

/** The roles that a word names: a role, a phase by name, or a phase by number. */
function expand(word: string): RoleName[] {
  const phase = phases.find(({ name, number }) => name === word || String(number) === word);
  return phase ? [...phase.roles] : [knownRole(word)];
}

function knownRole(word: string): RoleName {
  const role = roleNames.find((name) => name === word);
  if (role) return role;
  const words = [...roleNames, ...phases.map(({ name }) => name)];
  const guess = nearest(word, words);
  throw new UserError(
    `There is no role or phase "${word}".${guess ? ` Did you mean "${guess}"?` : ''}`,
    exitCodes.usage,
  );
}
