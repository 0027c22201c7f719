export type ResourceState = 'ok' | 'changed' | 'todo' | 'failed';

/** What a script says of one resource; `diff` has short lines such as `/etc/hosts: 644 root:root -> 600 root:root`. */
export type ResourceReport = { resource: string; state: ResourceState; diff: string[] };

/**
 * `again` is what a script found that checked again what it had changed; `complete` is false when the script died or the
 * connection was cut before its last line.
 */
export type Report = { resources: ResourceReport[]; again: ResourceReport[]; complete: boolean };

/** Before a text that JSON would have had to escape. */
const encoding = 'base64:';

/** Reads what a compiled script printed. Lines of other programs in between are left out. */
export function parseReport(stdout: string): Report {
  const resources: ResourceReport[] = [];
  const again: ResourceReport[] = [];
  let current = resources;
  let complete = false;
  for (const line of stdout.split('\n')) {
    const value = parseLine(line);
    if (value === undefined) continue;
    if ('end' in value) complete = true;
    else if ('again' in value) current = again;
    else current.push(value);
  }
  return { resources, again, complete };
}

/** One line of a report; undefined for anything else. */
export function parseLine(line: string): ResourceReport | { end: true } | { again: true } | undefined {
  if (!line.startsWith('{"')) return undefined;
  const value = jsonOf(line);
  if (typeof value !== 'object' || value === null) return undefined;
  if ('end' in value) return { end: true };
  if ('again' in value) return { again: true };
  if (!('resource' in value) || typeof value.resource !== 'string') return undefined;
  if (!('state' in value) || !isState(value.state)) return undefined;
  const diff = 'diff' in value && typeof value.diff === 'string' ? value.diff : '';
  return {
    resource: value.resource,
    state: value.state,
    diff: decoded(diff)
      .split('\n')
      .filter((text) => text !== ''),
  };
}

function decoded(diff: string): string {
  return diff.startsWith(encoding)
    ? Buffer.from(diff.slice(encoding.length), 'base64').toString('utf8')
    : diff;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is ResourceState {
  return value === 'ok' || value === 'changed' || value === 'todo' || value === 'failed';
}
