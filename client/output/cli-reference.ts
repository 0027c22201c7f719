import type { Command } from 'commander';
import { exitCodes } from '../../config/errors.js';

const meaning: Record<keyof typeof exitCodes, string> = {
  ok: 'done; a dry run or second run found nothing to change',
  internal: 'an error that Socle does not know; please report it',
  usage: 'wrong command line',
  failed: 'the run failed or was aborted',
  parked: 'status: a step waits for your decision',
  rejected: 'a gate was rejected or expired, or an answer was refused',
  canceled: 'the run was canceled',
  unreachable: 'no Temporal server answers',
  siteFile: 'the site file has mistakes',
  plan: 'the site cannot be planned as asked',
  prerequisite: 'something is missing on this computer, on the worker or in a store of artefacts',
  notFound: 'there is no such run, gate or parked step',
  changesPending: 'a dry run found something to change',
};

/** docs/cli.md: every command as its own help says it, and the exit codes. */
export function cliReference(commands: readonly Command[]): string {
  const sections = commands.flatMap((command) => [
    '',
    `## socle ${command.name()}`,
    ...[command, ...command.commands].flatMap((each) => ['', '```text', help(each), '```']),
  ]);
  const codes = Object.entries(exitCodes).map(
    ([name, code]) => `| ${code} | ${meaning[name as keyof typeof exitCodes]} |`,
  );
  return [
    '# Commands',
    '',
    'Written by the commands themselves. Colour is left out when `NO_COLOR` is set or output is no terminal; `--json` gives the same facts to programs.',
    ...sections,
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...codes,
    '',
  ].join('\n');
}

function help(command: Command): string {
  return command
    .configureHelp({ helpWidth: 100 })
    .helpInformation()
    .replace(/^Usage: /, 'Usage: socle ')
    .trimEnd();
}
