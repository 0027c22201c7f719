import type { Client } from '@temporalio/client';

/** How many attempts steps took beyond their first, by the histories of the phases; a step that is issued anew begins at 1. */
export async function triedAgain(client: Client, workflowIds: readonly string[]): Promise<number> {
  const counts = workflowIds.map(async (workflowId) => {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? [])
      .flatMap(({ activityTaskStartedEventAttributes: started }) =>
        started ? [(started.attempt ?? 1) - 1] : [],
      )
      .reduce((sum, extra) => sum + extra, 0);
  });
  return (await Promise.all(counts)).reduce((sum, extra) => sum + extra, 0);
}
