import { Command } from 'commander';

type WorkerOptions = {
  taskQueue?: string;
  zoneQueue?: string[];
  cloneSlots?: string;
  activitySlots?: string;
};

/** `socle worker`: does the work; stop it at any time, what it was doing goes on elsewhere. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('run a worker until Ctrl-C')
    .option('--task-queue <name>', 'task queue (default: socle)')
    .option('--zone-queue <names...>', 'task queues of zones that this worker reaches')
    .option('--clone-slots <number>', 'clones in flight on this worker; of n workers each takes 8/n', '8')
    .option('--activity-slots <number>', 'steps at work at once', '200')
    .action(async (options: WorkerOptions) => {
      const { runWorker } = await import('../../worker/run.js');
      await runWorker({
        ...(options.taskQueue !== undefined && { taskQueue: options.taskQueue }),
        ...(options.zoneQueue && { zoneQueues: options.zoneQueue }),
        cloneSlots: Number(options.cloneSlots),
        activitySlots: Number(options.activitySlots),
        onReady: () => console.log(`worker ready on task queue ${options.taskQueue ?? 'socle'}`),
      });
    });
}
