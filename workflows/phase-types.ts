import type { PlanRole, PlanRun } from '../config/plan-types.js';

/** Argument of phaseWorkflow: one phase of the plan with the targets of its groups. */
export type PhaseInput = {
  planRun: PlanRun;
  hash: string;
  site: string;
  number: number;
  name: string;
  title: string;
  mode: 'apply' | 'check';
  roles: PlanRole[];
  /** Group name → machine names, for the groups that the roles name. */
  groups: Record<string, string[]>;
  onFailure: 'wait' | 'abort' | 'continue';
  queues: Queues;
  /** Steps of the hypervisor's queue at work at once, over all roles; absent: as many as its workers take. */
  concurrentClones?: number;
  /** Check mode: what earlier phases found to do, so that checks without their cause are not asked. */
  pending: Record<string, string[]>;
};

/** Task queues: the default one, the hypervisor's, and those that zones name (by machine). */
export type Queues = { main: string; hypervisor: string; byTarget: Record<string, string> };
