const reserved =
  '- explore create assets css img js less plugins debug raw install api avatar user org help stars issues pulls commits repo template admin new . ..'.split(
    ' ',
  );

/** Why Gogs takes no such name for a user or an organisation, in its words; undefined when it does. */
export function userNameProblem(name: string): string | undefined {
  const lower = name.trim().toLowerCase();
  if (lower === '') return 'name is not allowed: map[reason:empty name]';
  if (reserved.includes(lower)) return `name is not allowed: map[name:${lower} reason:reserved]`;
  return lower.endsWith('.keys') ? 'name is not allowed: map[pattern:*.keys reason:reserved]' : undefined;
}

export function repositoryNameProblem(name: string): string | undefined {
  const lower = name.trim().toLowerCase();
  if (['.', '..'].includes(lower)) return `name is not allowed: map[name:${lower} reason:reserved]`;
  const ending = ['.git', '.wiki'].find((one) => lower.endsWith(one));
  return ending === undefined ? undefined : `name is not allowed: map[pattern:*${ending} reason:reserved]`;
}
