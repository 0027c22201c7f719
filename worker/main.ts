import { runWorker } from './run.js';

const list = (name: string): string[] | undefined => process.env[name]?.split(',').filter(Boolean);
const number = (name: string): number | undefined =>
  process.env[name] ? Number(process.env[name]) : undefined;
const taskQueue = process.env['SOCLE_TASK_QUEUE'];
const zoneQueues = list('SOCLE_ZONE_QUEUES');
const hypervisors = list('SOCLE_HYPERVISORS');
const cloneSlots = number('SOCLE_CLONE_SLOTS');

// Whoever started this one as a child is gone.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
await runWorker({
  ...(taskQueue && { taskQueue }),
  ...(zoneQueues && { zoneQueues }),
  ...(hypervisors && { hypervisors }),
  ...(cloneSlots && { cloneSlots }),
  onReady: () => process.stdout.write('worker ready\n'),
});
// Kept SSH connections would hold the process.
process.exit(0);
