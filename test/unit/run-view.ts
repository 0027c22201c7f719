import type { RunView } from '../../client/run/view.js';
import type { GateProgress, PhaseProgress, PhaseState } from '../../workflows/progress.js';

/** A running apply of site-a; `more` says what else is known of it. */
export function runView(more: Partial<RunView> = {}): RunView {
  return {
    site: 'site-a',
    workflowId: 'site/site-a',
    runId: 'run-1',
    status: 'RUNNING',
    startedMs: 0,
    mode: 'apply',
    hash: '7f3a91c2aa',
    open: {},
    pending: [],
    ...more,
  };
}

/** The same with progress: these phases and gates. */
export function answeredView(
  phases: Partial<PhaseState>[] = [],
  gates: GateProgress[] = [],
  more: Partial<RunView> = {},
): RunView {
  return runView({
    progress: {
      version: 1,
      site: 'site-a',
      mode: 'apply',
      hash: '7f3a91c2aa',
      startedBy: 'starter',
      startedMs: 0,
      state: 'running',
      preflight: [],
      phases: phases.map((phase) => ({
        number: 2,
        name: 'preparation',
        title: 'Preparation',
        state: 'running',
        workflowId: 'site/site-a/preparation',
        ...phase,
      })),
      gates,
    },
    ...more,
  });
}

export function openGate(more: Partial<GateProgress> = {}): GateProgress {
  return {
    before: 'preparation',
    round: 1,
    state: 'open',
    needed: 2,
    approvals: [],
    starterMayApprove: true,
    openedMs: 0,
    onExpiry: 'rejected',
    changes: 96,
    problems: [],
    ...more,
  };
}

export function openPhase(more: Partial<PhaseProgress> = {}): PhaseProgress {
  return {
    version: 1,
    phase: 'provisioning',
    number: 1,
    mode: 'apply',
    hash: '7f3a91c2aa',
    startedMs: 0,
    roles: [],
    running: [],
    parked: [],
    failed: [],
    skipped: [],
    changes: [],
    ...more,
  };
}
