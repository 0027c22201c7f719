import type { GateProgress } from '../../workflows/progress.js';
import type { RunView } from '../run/view.js';
import { count, hanging, moment } from './text.js';

/** A gate and what to type. */
export function renderGate(view: RunView, gate: GateProgress, now: number): string[] {
  const missing = gate.needed - gate.approvals.length;
  return [
    `  Gate before ${gate.before}   ${view.site}   plan ${view.hash.slice(0, 8)}`,
    `    ${count(gate.changes, 'step')} would change something; the preflight ${gate.problems.length === 0 ? 'passed' : 'found:'}`,
    ...gate.problems.flatMap((problem) => hanging('      ✗ ', problem, 80)),
    ...gate.approvals.map(
      (approval) =>
        `    approved by ${approval.who} ${moment(approval.atMs, now)}${approval.comment ? ` "${approval.comment}"` : ''}`,
    ),
    ...(gate.expiresMs === undefined
      ? []
      : [`    expires ${moment(gate.expiresMs, now)}, then: ${gate.onExpiry}`]),
    ...(gate.state === 'blocked'
      ? [`    Mend it, then type: socle retry ${view.site} --gate ${gate.before}`]
      : [
          `    ${count(missing, 'approval')} missing${gate.starterMayApprove ? '' : `, not by ${view.progress?.startedBy ?? 'the starter'}`}`,
          ...hanging(
            '    Type: ',
            `socle approve ${view.site} --gate ${gate.before} --comment "…"`,
            80,
            ' \\',
          ),
        ]),
  ];
}
