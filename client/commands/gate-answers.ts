import { Command } from 'commander';
import { exitCodes, UserError } from '../../config/errors.js';
import { phases } from '../../config/phases.js';
import type { GateAnswer, GateVerb } from '../../workflows/messages.js';
import { connected } from '../connect.js';
import { printJson } from '../output/print.js';
import { answerGate } from '../run/answer.js';
import { readRun } from '../run/read-run.js';
import type { RunView } from '../run/view.js';
import { siteNamed } from '../run/site-named.js';
import { whoAmI } from '../who.js';

type GateOptions = { gate?: string; comment?: string; as?: string; plan?: string; json?: true };

/** `socle approve SITE`. */
export function approveCommand(): Command {
  return gateCommand('approve', 'approve the gate that a run waits at');
}

/** `socle reject SITE`. */
export function rejectCommand(): Command {
  return gateCommand('reject', 'reject the gate that a run waits at: the run ends');
}

function gateCommand(verb: GateVerb, description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<site>', 'name of the site, or its file')
    .option('--gate <phase>', 'name or number of the phase behind the gate; the open one when left out')
    .option('--comment <text>', 'kept with the answer')
    .option('--plan <hash>', 'refuse unless the run has this plan (its first digits)')
    .option('--as <name>', 'who answers')
    .option('--json', 'print as JSON')
    .action(async (word: string, options: GateOptions) => {
      const site = await siteNamed(word);
      await connected(async ({ client }) => {
        const view = await readRun(client, site);
        if (options.plan !== undefined && !view.hash.startsWith(options.plan))
          throw new UserError(
            `The run has plan ${view.hash.slice(0, 8)}, not ${options.plan}.`,
            exitCodes.rejected,
          );
        const answer = {
          ...gateOf(view, options.gate),
          hash: view.hash,
          who: whoAmI(options.as),
          comment: options.comment ?? '',
        };
        const said = await answerGate(client, view.workflowId, view.runId, verb, answer);
        if (options.json) printJson({ ...answer, verb, said });
        else console.log(`${answer.gate}: ${said}`);
      });
    });
}

/** The gate that is meant, by name, by number, or the one that is open; with its showing when a worker tells it. */
export function gateOf(view: RunView, word: string | undefined): Pick<GateAnswer, 'gate' | 'round'> {
  const named = phases.find(({ name, number }) => name === word || String(number) === word)?.name ?? word;
  const shown = view.progress?.gates.findLast((gate) =>
    named === undefined ? gate.state === 'open' || gate.state === 'blocked' : gate.before === named,
  );
  if (shown) return { gate: shown.before, round: shown.round };
  if (named !== undefined) return { gate: named };
  throw new UserError(
    `No gate of ${view.site} waits for an answer. See: socle status ${view.site}`,
    exitCodes.notFound,
  );
}
