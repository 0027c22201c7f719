import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PlannedMachine } from '../../config/checks/ranges.js';
import { parseSite } from '../../config/load.js';
import { groupZones, type GroupName } from '../../config/machine.js';
import { problemLine } from '../../config/problem.js';

export const exampleText = readFileSync('examples/site-100.yaml', 'utf8');

/** What the example puts in the place of pinned artefacts. */
export const ownCatalogue = / {2}# What the sandbox serves(?:[^]*?licence: \S+\n){2}/.exec(exampleText)![0];

/** The images that the example adds. */
export const ownImages = / {2}# An image that the site adds[^]*?licence: \S+\n/.exec(exampleText)![0];

/** A text with each `from` replaced once; fails when a `from` does not stand in it, so that no case goes stale. */
export function edited(text: string, ...changes: [from: string, to: string][]): string {
  return changes.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the example no longer holds ${JSON.stringify(from)}`);
    return result.replace(from, () => to);
  }, text);
}

/** The problems of a text as a person reads them, one string each. */
export function problemLines(text: string, machines?: readonly PlannedMachine[]): string[] {
  const result = parseSite(text, 'site.yaml', machines === undefined ? undefined : () => machines);
  return 'problems' in result ? result.problems.map(problemLine) : [];
}

export function plannedMachines(counts: Partial<Record<GroupName, number>>): PlannedMachine[] {
  return Object.entries(counts).flatMap(([name, count]) => {
    const group = name as GroupName;
    return Array.from({ length: count }, (_, index) => ({
      name: `${group}-${index + 1}`,
      group,
      zone: groupZones[group],
    }));
  });
}

/** The 1-based line on which a text first stands. */
export function lineOf(text: string, part: string): number {
  const index = text.indexOf(part);
  if (index < 0) throw new Error(`${JSON.stringify(part)} does not stand in the text`);
  return text.slice(0, index).split('\n').length;
}

/** A fresh ed25519 public key in OpenSSH's format; the private half is dropped. */
export function publicKey(comment = 'test'): string {
  const point = generateKeyPairSync('ed25519')
    .publicKey.export({ type: 'spki', format: 'der' })
    .subarray(-32);
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return `ssh-ed25519 ${Buffer.concat([field(Buffer.from('ssh-ed25519')), field(point)]).toString('base64')} ${comment}`;
}
