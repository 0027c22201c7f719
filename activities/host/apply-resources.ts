import { openHost } from '../clients/ssh/open-host.js';
import type { CommandResult } from '../clients/ssh/run-command.js';
import { SshCommandError } from '../errors.js';
import type { StepContext } from '../role.js';
import { compile, handlerTitle, lockedExitCode, reportTitles, type ScriptMode } from './compile.js';
import { overNewConnection } from './confirm.js';
import { hostTarget, type HostKeyStage } from './host-target.js';
import { parseLine, parseReport, type Report, type ResourceReport } from './report.js';
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
 * Compares the target machine with the resources in one round trip and, in the other modes, brings them about. Progress
 * names the resource that is being worked on.
 * @throws SshCommandError that names the resource which failed, with the last bytes of its complaint
 */
export async function applyResources(
  context: StepContext,
  resources: readonly Resource[],
  { mode, stage = 'final', timeoutMs, label }: ApplyOptions,
): Promise<Report> {
  const { site, machine, secrets, signal, progress } = context;
  const host = openHost(await hostTarget(site, machine, secrets, stage));
  const titles = reportTitles(resources);
  let finished = 0;
  const tell = (): void => {
    progress(finished < titles.length ? `${mode}: ${titles[finished]}` : 'check again');
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
    return completeReport(await run(), context, label);
  } catch (error) {
    throw named(error, titles[parseReport(lines.join('\n')).resources.length]);
  }
}

/**
 * Checks over a new connection what a change that may have cut the old one has changed, and ends its timed restore.
 * @param changed what `report` says was changed
 */
export async function confirmResources(context: StepContext, changed: readonly Resource[]): Promise<Report> {
  const script = compile(changed, { mode: 'check', confirms: true });
  return completeReport(await overNewConnection(context, script), context, 'confirm');
}

/** The resources that a report says were changed, or that a handler which ran belongs to. */
export function changedResources(resources: readonly Resource[], report: Report): Resource[] {
  const titles = new Set(
    report.resources.filter(({ state }) => state === 'changed').map(({ resource }) => resource),
  );
  return resources.filter(
    ({ title, notify }) => titles.has(title) || notify.some((handler) => titles.has(handlerTitle(handler))),
  );
}

function completeReport({ stdout }: CommandResult, { machine, secrets }: StepContext, label: string): Report {
  const report = parseReport(stdout);
  if (!report.complete)
    throw new SshCommandError(machine.name, label, undefined, 'the report is incomplete', 0);
  const cleared = (one: ResourceReport): ResourceReport => ({ ...one, diff: one.diff.map(secrets.redact) });
  return { ...report, resources: report.resources.map(cleared), again: report.again.map(cleared) };
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
