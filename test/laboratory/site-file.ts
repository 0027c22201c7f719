import { readFileSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

export type Change = readonly [path: readonly (string | number)[], value: unknown];

/** Writes a site file that differs from another as if a person had edited it. */
export function editSite(source: string, target: string, changes: readonly Change[]): void {
  const document = parseDocument(readFileSync(source, 'utf8'));
  for (const [path, value] of changes) document.setIn(path, document.createNode(value));
  writeFileSync(target, String(document));
}
