import { join } from 'node:path';
import type { Site } from '../../config/site.js';
import { startLaboratory, type Laboratory, type LaboratoryOptions } from '../../laboratory/laboratory.js';
import { stateFolder } from '../../laboratory/names.js';
import { demoEnvironment, kept } from './demo-secrets.js';
import { startStack, type Stack } from './stack.js';

/** A laboratory with a Temporal server and a worker for it. */
export type Running = { laboratory: Laboratory; stack: Stack; environment: NodeJS.ProcessEnv };

/** Starts a laboratory, a Temporal server and a worker, and takes all away when the work has ended, however. */
export async function withLaboratory(
  site: Site,
  options: LaboratoryOptions,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const state = join(stateFolder, 'orchestrator');
  const laboratory = await startLaboratory(site, () => kept(state, 'vcenter.password'), console.log, options);
  try {
    const environment = await demoEnvironment(state, laboratory.caPem, laboratory.outsideCaPem);
    const stack = await startStack({
      stateFolder: state,
      sandbox: false,
      waits: 'none',
      say: console.log,
      elsewhere: { ...laboratory, environment },
    });
    try {
      await work({ laboratory, stack, environment });
    } finally {
      await stack.stop();
    }
  } finally {
    await laboratory.stop();
  }
}
