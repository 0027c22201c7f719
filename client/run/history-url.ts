/** Address of a run in the Temporal Web UI: `SOCLE_UI`, or the development server's port. */
export function historyUrl(namespace: string, workflowId: string, runId: string): string {
  const ui = process.env['SOCLE_UI'] ?? 'http://127.0.0.1:8233';
  return `${ui}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
}
