import { existsSync } from 'node:fs';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { done, todo } from '../../activities/role.js';
import { roleOf } from './real-role.js';

/*
 * A worker process to be killed: argv is address, task queue, workflow bundle, and the file whose existence lets the
 * step finish. Says `applying` when the step is in mid-apply.
 */
const [address, taskQueue, codePath, release] = process.argv.slice(2) as [string, string, string, string];
const role = roleOf({
  profile: 'wait',
  check: async () => (existsSync(release) ? done : todo('not released')),
  apply: async () => {
    process.stdout.write('applying\n');
    await new Promise(() => undefined);
  },
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowBundle: { codePath },
  activities: createActivities([role]),
});
await worker.run();
