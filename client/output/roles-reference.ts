import { phases } from '../../config/phases.js';
import type { RoleDeclaration } from '../../config/declaration.js';

/** docs/roles.md: the nine phases and their roles, with the steps of those that this version has. */
export function rolesReference(declarations: readonly RoleDeclaration[]): string {
  const lines = [
    '# Phases and roles',
    '',
    'Written from the roles themselves. Step ids are permanent: they stand in histories and in commands.',
  ];
  for (const phase of phases) {
    lines.push('', `## ${phase.number} ${phase.title}`);
    for (const name of phase.roles) {
      const role = declarations.find((declaration) => declaration.name === name);
      lines.push('', `### ${name}`, '', ...(role ? describe(role) : ['Not in this version.']));
    }
  }
  return `${lines.join('\n')}\n`;
}

function describe(role: RoleDeclaration): string[] {
  const list = (steps: RoleDeclaration['steps']): string[] =>
    steps.map((step) => `- \`${step.id}\` (${step.rolling ? 'one by one' : step.on}): ${step.title}`);
  return [
    `${role.title}. Machines: ${role.groups.join(', ')}.${role.needs.length > 0 ? ` Needs: ${role.needs.join(', ')}.` : ''}`,
    '',
    ...list(role.steps),
    '- `verify` (each): verify',
    ...(role.preflight.length > 0
      ? ['', 'Preflight:', '', ...role.preflight.map((check) => `- \`${check.name}\`: ${check.title}`)]
      : []),
    '',
    'Remove:',
    '',
    ...list(role.remove),
    ...Object.entries(role.operations).flatMap(([name, operation]) => [
      '',
      `Operation \`${name}\`: ${operation.title}.`,
      '',
      ...list(operation.steps),
    ]),
  ];
}
