import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** A file of the workflows: TypeScript in a checkout, JavaScript in a build. */
function workflowFile(name: string): string {
  const compiled = fileURLToPath(new URL(`../workflows/${name}.js`, import.meta.url));
  return existsSync(compiled) ? compiled : compiled.replace(/\.js$/, '.ts');
}

/** Bundles the workflows; takes seconds, which is why a build does it once. */
export async function bundleWorkflows(): Promise<string> {
  const quiet = { trace: noop, debug: noop, info: noop, warn: console.warn, error: console.error, log: noop };
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflowFile('index'),
    payloadConverterPath: workflowFile('payload-converter'),
    logger: quiet,
  });
  return code;
}

function noop(): void {
  // The bundler's progress is of no use to anybody.
}
