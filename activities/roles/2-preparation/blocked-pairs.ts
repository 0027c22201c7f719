import type { Machine } from '../../../config/machine.js';
import type { Probe } from '../../../config/ports/flows.js';

export type ProbeAnswer = { from: Machine; probe: Probe; expected: boolean; open: boolean };

const shownSources = 4;

/** One line per rule, destination and port, with the sources it concerns; the rules with most sources first. */
export function blockedFindings(answers: readonly ProbeAnswer[]): string[] {
  const groups = new Map<string, ProbeAnswer[]>();
  for (const answer of answers.filter(({ expected, open }) => expected !== open)) {
    const { probe, expected } = answer;
    const key = `${expected} ${probe.rule} ${probe.address} ${probe.port}`;
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length).map(finding);
}

function finding(answers: readonly ProbeAnswer[]): string {
  const first = answers[0];
  if (first === undefined) return '';
  const { probe, expected } = first;
  const names = answers.map(({ from }) => from.name);
  const more = names.length > shownSources ? ` and ${names.length - shownSources} more` : '';
  const sources = `${names.slice(0, shownSources).join(', ')}${more}`;
  const to = `${probe.name} ${probe.address}:${probe.port}`;
  return expected
    ? `blocked: ${sources} → ${to} (rule ${probe.rule}, ${probe.why})`
    : `open but forbidden: ${sources} → ${to}`;
}
