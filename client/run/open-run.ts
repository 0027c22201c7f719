import { WorkflowNotFoundError, type Client } from '@temporalio/client';

/** True while a run of the site is open. */
export async function openRunOf(client: Client, site: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(`site/${site}`).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
