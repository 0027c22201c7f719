import { Command } from 'commander';
import { connected } from '../connect.js';
import { printJson, printLines } from '../output/print.js';
import { clock, moment } from '../output/text.js';

/** `socle list`: the runs that the server remembers, newest first. */
export function listCommand(): Command {
  return new Command('list')
    .description('list runs, newest first')
    .option('--limit <number>', 'at most so many', '20')
    .option('--json', 'print as JSON')
    .action(async (options: { limit: string; json?: true }) => {
      await connected(async ({ client }) => {
        const runs = [];
        for await (const run of client.workflow.list({ query: 'WorkflowType = "deploymentWorkflow"' })) {
          if (runs.length >= Number(options.limit)) break;
          runs.push({
            workflowId: run.workflowId,
            runId: run.runId,
            status: run.status.name,
            startedMs: run.startTime.getTime(),
            endedMs: run.closeTime?.getTime(),
          });
        }
        if (options.json) return printJson(runs);
        if (runs.length === 0) return printLines(['No runs yet. Start one: socle deploy FILE']);
        printLines(
          runs.map(
            (run) =>
              `${run.workflowId.padEnd(44)} ${run.status.toLowerCase().padEnd(10)} ${moment(run.startedMs).padEnd(13)} ${clock((run.endedMs ?? Date.now()) - run.startedMs)}`,
          ),
        );
      });
    });
}
