export type ResourceState = 'ok' | 'changed' | 'todo' | 'failed';

/** What a script says of one resource; `diff` has short lines such as `/etc/hosts: 644 root:root -> 600 root:root`. */
export type ResourceReport = { resource: string; state: ResourceState; diff: string[] };

/** `complete` is false when the script died or the connection was cut before its last line. */
export type Report = { resources: ResourceReport[]; complete: boolean };

/** Reads what a compiled script printed. Lines of other programs in between are left out. */
export function parseReport(stdout: string): Report {
  const resources: ResourceReport[] = [];
  let complete = false;
  for (const line of stdout.split('\n')) {
    const value = parseLine(line);
    if (value === undefined) continue;
    if ('end' in value) complete = true;
    else resources.push(value);
  }
  return { resources, complete };
}

/** One line of a report; undefined for anything else. */
export function parseLine(line: string): ResourceReport | { end: true } | undefined {
  if (!line.startsWith('{"')) return undefined;
  const value = jsonOf(line);
  if (typeof value !== 'object' || value === null) return undefined;
  if ('end' in value) return { end: true };
  if (!('resource' in value) || typeof value.resource !== 'string') return undefined;
  if (!('state' in value) || !isState(value.state)) return undefined;
  const diff = 'diff' in value && typeof value.diff === 'string' ? value.diff : '';
  const lines = Buffer.from(diff, 'base64').toString('utf8').split('\n');
  return { resource: value.resource, state: value.state, diff: lines.filter((text) => text !== '') };
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
