import { openHost } from '../clients/ssh/open-host.js';
import type { CommandResult } from '../clients/ssh/run-command.js';
import { SshCommandError } from '../errors.js';
import type { StepContext } from '../role.js';
import { compile, lockedExitCode, reportTitles, type ScriptMode } from './compile.js';
import { hostTarget, type HostKeyStage } from './host-target.js';
import { parseLine, parseReport, type ResourceReport } from './report.js';
import type { Resource } from './resource.js';

export type ApplyOptions = {
  mode: ScriptMode;
  stage?: HostKeyStage;
  /** For the whole script. */
  timeoutMs?: number;
  /** Names the script in error messages. */
  label: string;
};

/**
 * Compares the target machine with the resources in one round trip and, in mode apply, brings them about.
 * Progress names the resource that is being worked on.
 * @throws SshCommandError that names the resource which failed, with the last bytes of its complaint
 */
export async function applyResources(
  context: StepContext,
  resources: readonly Resource[],
  { mode, stage = 'final', timeoutMs, label }: ApplyOptions,
): Promise<ResourceReport[]> {
  const { site, machine, secrets, signal, progress } = context;
  const host = openHost(await hostTarget(site, machine, secrets, stage));
  const titles = reportTitles(resources);
  let finished = 0;
  const tell = (): void => {
    progress(`${mode}: ${titles[finished] ?? label}`);
  };
  tell();
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(line);
    if (parseLine(line) === undefined) return;
    finished += 1;
    tell();
  };
  const run = (): Promise<CommandResult> =>
    host.run(compile(resources, { mode }), {
      signal,
      onLine,
      redact: secrets.redact,
      label,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  try {
    const { stdout } = await run();
    const report = parseReport(stdout);
    if (report.complete)
      return report.resources.map((one) => ({ ...one, diff: one.diff.map(secrets.redact) }));
    throw new SshCommandError(machine.name, label, undefined, 'the report is incomplete', 0);
  } catch (error) {
    throw named(error, titles[parseReport(lines.join('\n')).resources.length]);
  }
}

/** The script stops at the first failure, so the resource after the last reported one is the one that failed. */
function named(error: unknown, resource: string | undefined): unknown {
  if (!(error instanceof SshCommandError)) return error;
  const { host, command, exitCode, stderrTail, durationMs } = error;
  if (exitCode === lockedExitCode)
    return new SshCommandError(
      host,
      command,
      exitCode,
      'an earlier attempt is still at work there',
      durationMs,
    );
  if (resource === undefined) return error;
  return new SshCommandError(host, `${command} (${resource})`, exitCode, stderrTail, durationMs);
}
