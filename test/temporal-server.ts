import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporal } from '../tools/find-temporal.js';
import { freePort, startTemporal } from '../tools/temporal-server.js';
import { bundleWorkflows } from '../worker/workflow-bundle.js';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalAddress: string;
    /** Path of the bundled workflows. */
    workflowBundle: string;
  }
}

/** One real Temporal server, in memory, and one workflow bundle for all workflow tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const program = await findTemporal((line) => console.log(line));
  const server = await startTemporal({ program, stateFolder: undefined, port: await freePort() });
  project.provide('temporalAddress', server.address);
  const folder = await mkdtemp(join(tmpdir(), 'socle-bundle-'));
  const bundle = join(folder, 'workflows.cjs');
  await writeFile(bundle, await bundleWorkflows());
  project.provide('workflowBundle', bundle);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
