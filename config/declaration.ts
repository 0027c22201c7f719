import type { z } from 'zod';
import type { Json } from './json.js';
import type { GroupName } from './machine.js';
import type { RoleName } from './phases.js';
import type { Site } from './site.js';

/** How long one attempt of a step may take and how often it is tried; the figures stand in workflows/profiles.ts. */
export type ProfileName = 'quick' | 'host' | 'packages' | 'clone' | 'wait';

/** Where a step runs: on each target of its role, on the first, on all but the first, or once for the site. */
export type StepPlacement = 'each' | 'first' | 'rest' | 'site';

/** What the plan must know of a step. Ids are permanent: they stand in histories and in operators' commands. */
export type StepDeclaration = {
  id: string;
  /** Reads as a sentence after the target's name: "vault-1: clone from the template". */
  title: string;
  on: StepPlacement;
  profile: ProfileName;
  /** Targets worked on at once; absent means all of them. */
  parallel?: number;
  /** One target after the other behind a barrier; while one is parked no other starts. */
  rolling?: boolean;
  /** A rolling step that asks for the order of its targets first (leader last, backup first). */
  ordered?: boolean;
  /** Runs on the hypervisor's own task queue; its slots and the site's `concurrentClones` cap what is at work at once. */
  queue?: 'hypervisor';
  /** `<role>.<step>` ids that must be done before this step's check can be asked (check mode answers unknown otherwise). */
  after?: readonly string[];
  /** Works only on what the plan does not have: whether it is done says nothing about what `verify` asks. */
  besidesPlan?: boolean;
  /** Only for steps of `remove`: still needed when the machines themselves are deleted. */
  outlivesMachines?: boolean;
};

/** A question asked before anything is changed. `site` needs outside systems only, `role` needs the machines. */
export type PreflightDeclaration = { name: string; title: string; kind: 'site' | 'role' };

/** All that planning needs of a role: pure data and pure functions, no client is loaded by importing it. */
export type RoleDeclaration = {
  name: RoleName;
  title: string;
  /** The groups whose machines are this role's targets; a site-wide role has none. */
  groups: readonly GroupName[];
  when?: (site: Site) => boolean;
  needs: readonly RoleName[];
  /** Schema of `options.<role>` in the site file; its output is the role's inputs in the plan. */
  inputs: z.ZodType<Json>;
  preflight: readonly PreflightDeclaration[];
  steps: readonly StepDeclaration[];
  /** Where the implicit last step `verify` runs; on each target unless said otherwise. */
  verifyOn?: StepPlacement;
  remove: readonly StepDeclaration[];
  /** Named day-2 work: `socle run ROLE OPERATION [TARGET]`. */
  operations: Readonly<Record<string, { title: string; steps: readonly StepDeclaration[] }>>;
};
