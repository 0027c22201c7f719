import type { DeploymentProgress, PhaseProgress } from '../../workflows/progress.js';

/** An activity as the server sees it: what a history does not tell. */
export type PendingStep = {
  activity: string;
  target: string;
  attempt: number;
  lastFailure?: string;
  resource?: string;
};

/** How far a run is by its histories, and when a worker last asked the task queue for work. */
export type NoWorker = {
  taskQueue: string;
  lastSeenMs?: number;
  /** Number of the phase that it is in or at whose gate it is; absent before the first. */
  phase?: number;
  phases: number;
  stepsDone: number;
  stepsTotal: number;
};

/** Everything that is known of a run at one moment. */
export type RunView = {
  site: string;
  workflowId: string;
  runId: string;
  status:
    | 'RUNNING'
    | 'COMPLETED'
    | 'FAILED'
    | 'CANCELED'
    | 'TERMINATED'
    | 'CONTINUED_AS_NEW'
    | 'TIMED_OUT'
    | 'PAUSED'
    | 'UNKNOWN';
  startedMs: number;
  endedMs?: number;
  mode: string;
  hash: string;
  /** Absent while no worker answers. */
  progress?: DeploymentProgress;
  /** Open phases by name; `<phase>/check` and `<phase>/preflight` while a gate is prepared. */
  open: Record<string, PhaseProgress>;
  pending: PendingStep[];
  /** Why it failed, in the run's own words. */
  failure?: string;
  /** Set while no worker answers. */
  noWorker?: NoWorker;
};
