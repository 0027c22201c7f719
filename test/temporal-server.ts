import { findTemporal } from '../tools/find-temporal.js';
import { freePort, startTemporal } from '../tools/temporal-server.js';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalAddress: string;
  }
}

/** One real Temporal server for all workflow tests, in memory. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const program = await findTemporal((line) => console.log(line));
  const server = await startTemporal({ program, stateFolder: undefined, port: await freePort() });
  project.provide('temporalAddress', server.address);
  return () => server.stop();
}
