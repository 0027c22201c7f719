import { exitCodes } from '../../config/errors.js';
import type { RunView } from './view.js';

/** The exit code that a run's end stands for. */
export function outcomeCode(view: RunView): number {
  if (view.status === 'COMPLETED')
    return view.mode === 'check' && hasFindings(view) ? exitCodes.changesPending : exitCodes.ok;
  if (view.status === 'CANCELED') return exitCodes.canceled;
  if (
    view.progress?.gates.some((gate) => gate.state === 'rejected' || gate.state === 'expired') &&
    /^the gate/.test(view.failure ?? '')
  )
    return exitCodes.rejected;
  return exitCodes.failed;
}

function hasFindings(view: RunView): boolean {
  return (view.progress?.phases ?? []).some(
    ({ summary }) => summary && summary.todo + summary.unknown + summary.failed.length > 0,
  );
}
