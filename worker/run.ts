import { existsSync } from 'node:fs';
import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import type { AnyRole } from '../activities/registry.js';
import { closeSessions } from '../activities/clients/vsphere/sessions.js';
import { roles as allRoles } from '../activities/roles/index.js';
import { defaultTaskQueue, hypervisorQueue, temporalTarget } from '../config/temporal.js';
import { bundlePath } from './bundle-path.js';
import { installRuntime } from './runtime.js';
import { bundleWorkflows } from './workflow-bundle.js';

export type WorkerSettings = {
  taskQueue?: string;
  /** Queues of zones that this worker serves besides; activities only. */
  zoneQueues?: string[];
  /** Kinds of hypervisor whose clones this worker runs. */
  hypervisors?: string[];
  /** Clones in flight on this worker; n workers take 8/n each. */
  cloneSlots?: number;
  activitySlots?: number;
  roles?: readonly AnyRole[];
  /** Called once every queue is polled. */
  onReady?: () => void;
};

/** Runs a worker until SIGINT or SIGTERM; running steps get 30 s to reach a safe point. */
export async function runWorker(settings: WorkerSettings = {}): Promise<void> {
  const {
    taskQueue = defaultTaskQueue,
    zoneQueues = [],
    hypervisors = ['vsphere', 'nutanix'],
    cloneSlots = 8,
    activitySlots = 200,
  } = settings;
  installRuntime();
  const target = temporalTarget();
  const { tls, ...address } = target.connection;
  const connection = await NativeConnection.connect({ ...address, ...(tls != null && { tls }) } as Parameters<
    typeof NativeConnection.connect
  >[0]);
  try {
    const activities = createActivities(settings.roles ?? allRoles);
    const common = {
      connection,
      namespace: target.namespace,
      activities,
      shutdownGraceTime: '30 seconds',
      shutdownForceTime: '60 seconds',
    } satisfies Partial<WorkerOptions>;
    const workflowBundle = existsSync(bundlePath)
      ? { codePath: bundlePath }
      : { code: await bundleWorkflows() };
    const main = await Worker.create({
      ...common,
      taskQueue,
      workflowBundle,
      maxCachedWorkflows: 200,
      maxConcurrentWorkflowTaskExecutions: 20,
      maxConcurrentActivityTaskExecutions: activitySlots,
    });
    const clones = hypervisors.map((kind) => activityWorker(common, hypervisorQueue(kind), cloneSlots));
    const zones = zoneQueues.map((queue) => activityWorker(common, queue, activitySlots));
    const workers = [main, ...(await Promise.all([...clones, ...zones]))];
    const running = Promise.all(workers.map((worker) => worker.run()));
    settings.onReady?.();
    await running;
  } finally {
    await closeSessions();
    await connection.close();
    await Runtime.instance().shutdown();
  }
}

function activityWorker(common: Partial<WorkerOptions>, taskQueue: string, slots: number): Promise<Worker> {
  return Worker.create({ ...common, taskQueue, maxConcurrentActivityTaskExecutions: slots });
}
