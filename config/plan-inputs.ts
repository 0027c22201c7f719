import type { RoleDeclaration } from './declaration.js';
import { exitCodes, UserError } from './errors.js';
import type { Json } from './json.js';
import type { RoleName } from './phases.js';
import type { Site } from './site.js';

/**
 * The inputs of every selected role: `options.<role>` of the site file through the role's own schema.
 * @throws UserError with every wrong option of every role.
 */
export function planInputs(
  site: Site,
  declarations: ReadonlyMap<RoleName, RoleDeclaration>,
  selected: ReadonlySet<RoleName>,
): Map<RoleName, Json> {
  const options = site.options as Record<string, unknown>;
  const inputs = new Map<RoleName, Json>();
  const problems: string[] = [];
  for (const name of declarations.keys()) {
    const parsed = declarations.get(name)?.inputs.safeParse(options[name] ?? {});
    if (parsed?.success) inputs.set(name, parsed.data);
    else if (selected.has(name))
      problems.push(
        ...(parsed?.error.issues ?? []).map(
          (issue) => `options.${[name, ...issue.path].join('.')}: ${issue.message}`,
        ),
      );
  }
  if (problems.length > 0) throw new UserError(problems.join('\n'), exitCodes.siteFile);
  return inputs;
}
