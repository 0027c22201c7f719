import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { AnyRole } from '../../activities/registry.js';
import { hashOf } from '../../config/canonical-json.js';
import type { Plan, RunOptions, StepInput, StepOutcome } from '../../config/plan-types.js';
import { installRuntime } from '../../worker/runtime.js';
import type { deploymentWorkflow } from '../../workflows/deployment.js';
import type { DeploymentProgress, GateProgress, PhaseProgress } from '../../workflows/progress.js';

export type Call = { name: string; target: string; mode: string; startedMs: number; endedMs?: number };

/** What a fake activity does; the default succeeds at once with one change. */
export type Behaviour = (
  input: StepInput,
  attempt: number,
  signal: AbortSignal,
) => Promise<Partial<StepOutcome> | void>;

let runtimeInstalled = false;

export type Run = WorkflowHandle<typeof deploymentWorkflow>;

export type LaboratorySettings = {
  /** Roles whose real activities run, `plan.accept` included; the fakes stand in for all others. */
  roles?: readonly AnyRole[];
  /** False starts without a worker. */
  worker?: boolean;
  /** How long steps may go on when the worker is shut down. */
  shutdownGraceTimeMs?: number;
  /** False: the fakes beat only by themselves. */
  heartbeats?: false;
};

/** A worker with recorded fake activities on the real server, and a plan of the test's own. */
export class Laboratory {
  readonly calls: Call[] = [];
  readonly taskQueue = `test-${randomUUID()}`;
  readonly siteName = `site-${randomUUID().slice(0, 8)}`;
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;

  private constructor(
    readonly client: Client,
    private readonly native: NativeConnection,
    readonly behaviours: Record<string, Behaviour>,
    readonly activityNames: readonly string[],
    private readonly settings: LaboratorySettings,
  ) {}

  static async open(
    plan: Plan,
    behaviours: Record<string, Behaviour> = {},
    settings: LaboratorySettings = {},
  ): Promise<Laboratory> {
    const address = inject('temporalAddress');
    if (!runtimeInstalled) installRuntime();
    runtimeInstalled = true;
    const connection = await Connection.connect({ address });
    const native = await NativeConnection.connect({ address });
    const names = [...plan.phases.flatMap((phase) => phase.roles), ...plan.assumed].flatMap((role) => [
      ...role.steps.flatMap((step) => [`${role.name}.${step.id}`, `${role.name}.${step.id}.order`]),
      ...role.preflight.map((check) => `${role.name}.preflight.${check.name}`),
    ]);
    const laboratory = new Laboratory(new Client({ connection }), native, behaviours, names, settings);
    plan.site.name = laboratory.siteName;
    if (settings.worker !== false) await laboratory.startWorker();
    return laboratory;
  }

  async startWorker(): Promise<void> {
    const activities: Record<string, (input: StepInput) => Promise<unknown>> = {
      'plan.accept': async (input) =>
        this.behaviours['plan.accept']?.(input, 1, Context.current().cancellationSignal),
    };
    for (const name of ['backups.require', 'backups.schedule'])
      activities[name] = async (input) =>
        this.behaviours[name]?.(input, 1, Context.current().cancellationSignal);
    for (const name of this.activityNames) activities[name] = (input) => this.act(name, input);
    const { roles, shutdownGraceTimeMs = 100 } = this.settings;
    this.worker = await Worker.create({
      connection: this.native,
      taskQueue: this.taskQueue,
      workflowBundle: { codePath: inject('workflowBundle') },
      activities: { ...activities, ...(roles && createActivities(roles)) },
      // Heartbeats are how an activity hears of a cancellation. Real ones keep the default, which sends few of them.
      ...(!roles && { maxHeartbeatThrottleInterval: '200ms' }),
      shutdownGraceTime: shutdownGraceTimeMs,
    });
    this.running = this.worker.run();
  }

  async stopWorker(): Promise<void> {
    this.worker?.shutdown();
    await this.running;
    this.worker = undefined;
  }

  private async act(name: string, input: StepInput): Promise<unknown> {
    const context = Context.current();
    const { info, cancellationSignal } = context;
    const call: Call = { name, target: input.target, mode: input.mode, startedMs: Date.now() };
    this.calls.push(call);
    const beat = setInterval(() => this.settings.heartbeats ?? context.heartbeat(), 200);
    try {
      const behaviour = this.behaviours[`${name}@${input.target}`] ?? this.behaviours[name];
      const result = await behaviour?.(input, info.attempt, cancellationSignal);
      if (Array.isArray(result)) return result;
      const state = input.mode === 'check' ? 'todo' : 'changed';
      return { state, changeCount: 1, changes: [name], attempt: info.attempt, ...result };
    } finally {
      clearInterval(beat);
      call.endedMs = Date.now();
    }
  }

  async deploy(
    plan: Plan,
    options: Partial<RunOptions> = {},
    workflowId = `site/${this.siteName}`,
  ): Promise<Run> {
    return this.client.workflow.start<typeof deploymentWorkflow>('deploymentWorkflow', {
      workflowId,
      taskQueue: this.taskQueue,
      workflowIdConflictPolicy: 'FAIL',
      memo: { site: plan.site.name, mode: plan.mode },
      args: [
        {
          plan,
          hash: hashOf(plan),
          options: {
            ...defaultOptions,
            taskQueue: this.taskQueue,
            hypervisorQueue: this.taskQueue,
            ...options,
          },
        },
      ],
    });
  }

  phase(name: string): WorkflowHandle {
    return this.client.workflow.getHandle(`site/${this.siteName}/${name}`);
  }

  /** Waits until the phase shows what is asked for. */
  async phaseShows(
    name: string,
    seen: (progress: PhaseProgress) => boolean,
    withinMs?: number,
  ): Promise<PhaseProgress> {
    return eventually(async () => {
      const progress = await this.phase(name).query<PhaseProgress>('progress');
      return seen(progress) ? progress : undefined;
    }, withinMs);
  }

  /** Waits until the run shows what is asked for. */
  async runShows(seen: (progress: DeploymentProgress) => boolean): Promise<DeploymentProgress> {
    const handle = this.client.workflow.getHandle(`site/${this.siteName}`);
    return eventually(async () => {
      const progress = await handle.query<DeploymentProgress>('progress');
      return seen(progress) ? progress : undefined;
    });
  }

  /** Waits until the newest gate before a phase is in this state. */
  async gateIs(before: string, state: GateProgress['state'], round = 1): Promise<GateProgress> {
    const at = (progress: DeploymentProgress): GateProgress | undefined =>
      progress.gates.filter((gate) => gate.before === before)[round - 1];
    return at(await this.runShows((progress) => at(progress)?.state === state))!;
  }

  called(name: string): Call[] {
    return this.calls.filter((call) => call.name === name && call.mode === 'apply');
  }

  async close(): Promise<void> {
    await this.stopWorker();
    await this.native.close();
    await this.client.connection.close();
  }
}

const defaultOptions: Omit<RunOptions, 'taskQueue' | 'hypervisorQueue'> = {
  startedBy: 'starter',
  onFailure: 'wait',
  approveAll: false,
  ignorePreflight: [],
  stateAttribute: false,
};

/** Polls until `probe` answers something; errors of a query before its workflow exists are awaited too. */
export async function eventually<T>(probe: () => Promise<T | undefined>, withinMs = 60_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  let last = '';
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      last = (error as Error).message;
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`did not happen within ${withinMs} ms${last && `: ${last}`}`);
}

/** A failure that the step reports by itself; the server tries it again at once. */
export function stepFailure(message: string, ownFailures = 99): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: 'CheckFailedError',
    details: [{ ownFailures }],
    nextRetryDelay: '1 millisecond',
  });
}

/** A failure that no retry helps. */
export function permanentFailure(message: string): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: 'PermanentError',
    nonRetryable: true,
    details: [{ ownFailures: 1 }],
  });
}

export { phase, planOf, role, step } from './plans.js';
