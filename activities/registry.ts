import type { RoleDeclaration } from '../config/declaration.js';
import type { Json } from '../config/json.js';
import type { Preflight, Role, Step, StepContext, CheckResult } from './role.js';

/** One thing that a worker can do for a role: a step, its verify, a preflight check, or a step of remove or an operation. */
export type Executable =
  | { kind: 'step'; step: Step }
  | { kind: 'verify'; check: (context: StepContext) => Promise<CheckResult> }
  | { kind: 'preflight'; preflight: Preflight };

/** Everything a role brings, by the activity's name `<role>.<id>`. */
export function executablesOf(role: Role): Map<string, Executable> {
  const qualified = (id: string): string => `${role.name}.${id}`;
  const executables = new Map<string, Executable>();
  for (const step of role.steps) executables.set(qualified(step.id), { kind: 'step', step });
  for (const step of role.remove) executables.set(qualified(`remove.${step.id}`), { kind: 'step', step });
  for (const [name, operation] of Object.entries(role.operations))
    for (const step of operation.steps)
      executables.set(qualified(`${name}.${step.id}`), { kind: 'step', step });
  for (const preflight of role.preflight)
    executables.set(qualified(`preflight.${preflight.name}`), { kind: 'preflight', preflight });
  executables.set(qualified('verify'), { kind: 'verify', check: role.verify });
  return executables;
}

/** A role of any inputs; inside, each role reads its inputs through its own schema. */
export type AnyRole = Role<Json>;

/** A role as planning reads it. */
export function declarationOf(role: AnyRole): RoleDeclaration {
  return role;
}
