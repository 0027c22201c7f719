import type { StepDeclaration, PreflightDeclaration } from './declaration.js';
import type { Json } from './json.js';
import type { GroupName, Machine, VirtualAddress } from './machine.js';
import type { PhaseName, RoleName } from './phases.js';
import type { Site } from './site.js';

export type Mode = 'apply' | 'check' | 'remove' | 'operation';

/** A step as the workflows interpret it. `operation` and `remove` steps carry the qualified activity name. */
export type PlanStep = StepDeclaration & { activity: string };

export type PlanRole = {
  name: RoleName;
  title: string;
  /** False for roles that this version does not have: shown, never run. */
  available: boolean;
  groups: GroupName[];
  /** Only the needs that this plan contains. */
  needs: RoleName[];
  inputs: Json;
  preflight: PreflightDeclaration[];
  steps: PlanStep[];
  /** Set by `socle run ROLE OPERATION TARGET`. */
  onlyTarget?: string;
};

/** A human approval before a phase. */
export type PlanGate = {
  approvals: number;
  starterMayApprove: boolean;
  /** Seconds until the gate expires; absent means never. */
  expiresAfterSeconds?: number;
  onExpiry: 'rejected' | 'approved';
};

export type PlanPhase = { number: number; name: PhaseName; title: string; gate?: PlanGate; roles: PlanRole[] };

/**
 * What a run will do, as pure data. Canonical JSON of it has the SHA-256 that people approve.
 * Machines and inputs stand here once; steps name groups.
 */
export type Plan = {
  planVersion: 1;
  mode: Mode;
  site: Site;
  machines: Machine[];
  virtualAddresses: VirtualAddress[];
  phases: PlanPhase[];
};

/** Names the run whose first history event holds the plan. */
export type PlanRun = { workflowId: string; runId: string };

export type StepMode = 'apply' | 'check';

/** Argument of every step activity: a reference to the plan, never the plan or a secret. */
export type StepInput = { planRun: PlanRun; hash: string; role: RoleName; step: string; target: string; mode: StepMode };

/** Result of every step activity. `changed` counts resources that apply had to change. */
export type StepOutcome =
  | { state: 'unchanged' }
  | { state: 'changed'; reason: string; changes: string[] }
  | { state: 'todo'; reason: string; changes: string[] }
  | { state: 'unknown'; after: string };

/** First argument of deploymentWorkflow. */
export type DeploymentInput = { plan: Plan; hash: string; options: RunOptions };

export type RunOptions = {
  startedBy: string;
  onFailure: 'wait' | 'abort';
  /** Answers every gate with the starter's name; never a parked step. */
  approveAll: boolean;
  /** Names of preflight checks whose failure is only reported. */
  ignorePreflight: string[];
  /** The client found the search attribute SocleState registered. */
  stateAttribute: boolean;
  taskQueue: string;
};
