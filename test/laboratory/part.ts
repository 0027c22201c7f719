import type { RunView } from '../../client/run/view.js';
import { program } from './laboratory.js';

/**
 * `socle deploy` of a few of a site's machines.
 * @returns every change that it made that it kept a sample of, `STEP MACHINE: what`
 * @throws Error with all that it said unless it ended well
 */
export async function deployPart(
  environment: NodeJS.ProcessEnv,
  file: string,
  machines: readonly string[],
): Promise<string[]> {
  const words = ['--import', 'tsx', 'test/laboratory/run-part.ts', 'apply', file, machines.join(',')];
  const { code, stdout, stderr } = await program([process.execPath, ...words], environment);
  if (code !== 0) throw new Error(`code ${code}: ${stderr}${stdout}`);
  const { progress } = JSON.parse(stdout.slice(stdout.search(/^\{/m))) as RunView;
  return (progress?.phases ?? []).flatMap(({ summary }) =>
    (summary?.samples ?? []).map(({ step, target, message }) => `${step} ${target}: ${message}`),
  );
}
