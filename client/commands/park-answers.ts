import { Command } from 'commander';
import { exitCodes, UserError } from '../../config/errors.js';
import type { ParkVerb } from '../../workflows/messages.js';
import type { ParkedStep } from '../../workflows/progress.js';
import { connected } from '../connect.js';
import { printJson } from '../output/print.js';
import { answerGate, answerPark } from '../run/answer.js';
import { readRun } from '../run/read-run.js';
import { siteNamed } from '../run/site-named.js';
import type { RunView } from '../run/view.js';
import { whoAmI } from '../who.js';
import { gateOf } from './gate-answers.js';

type ParkOptions = { gate?: string; reason?: string; as?: string; json?: true };

/** `socle retry SITE STEP TARGET`, or `--gate` to check a blocked gate again. */
export function retryCommand(): Command {
  return parkCommand('retry', 'try a parked step again').option(
    '--gate <phase>',
    'check a gate again whose preflight found problems',
  );
}

/** `socle skip SITE STEP TARGET --reason`. */
export function skipCommand(): Command {
  return parkCommand('skip', 'count a parked step as done; the report names it').option(
    '--reason <text>',
    'why; kept and shown',
  );
}

/** `socle abort SITE`. */
export function abortCommand(): Command {
  return parkCommand('abort', 'end the run at a parked step; running steps stop at a safe point');
}

function parkCommand(verb: ParkVerb, description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<site>', 'name of the site, or its file')
    .argument('[step]', 'parked step as ROLE.STEP; the only one when left out')
    .argument('[target]', 'machine it is parked on')
    .option('--as <name>', 'who answers')
    .option('--json', 'print as JSON')
    .action(
      async (word: string, step: string | undefined, target: string | undefined, options: ParkOptions) => {
        const site = await siteNamed(word);
        await connected(async ({ client }) => {
          const view = await readRun(client, site);
          const who = whoAmI(options.as);
          if (options.gate !== undefined) {
            const answer = { ...gateOf(view, options.gate), hash: view.hash, who, comment: '' };
            const said = await answerGate(client, view.workflowId, view.runId, 'recheck', answer);
            return tell(options, { ...answer, verb: 'recheck', said }, said);
          }
          const { park, phase } = parkedStep(view, step, target, verb === 'abort');
          const answer = {
            step: `${park.role}.${park.step}`,
            target: park.target,
            park: park.park,
            hash: view.hash,
            who,
            reason: options.reason ?? '',
          };
          const said = await answerPark(client, `${view.workflowId}/${phase}`, verb, answer);
          tell(options, { ...answer, verb, said }, `${answer.step} on ${park.target}: ${said}`);
        });
      },
    );
}

function tell({ json }: ParkOptions, answer: object, line: string): void {
  if (json) printJson(answer);
  else console.log(line);
}

function parkedStep(
  view: RunView,
  step: string | undefined,
  target: string | undefined,
  any: boolean,
): { park: ParkedStep; phase: string } {
  const all = Object.entries(view.open).flatMap(([phase, open]) =>
    open.parked.map((park) => ({ phase, park })),
  );
  const matching = all.filter(
    ({ park }) =>
      (step === undefined || `${park.role}.${park.step}` === step) &&
      (target === undefined || park.target === target),
  );
  const [first] = matching;
  if (first && (matching.length === 1 || any)) return first;
  const list = all.map(({ park }) => `  ${park.role}.${park.step} ${park.target}`).join('\n');
  if (matching.length > 1)
    throw new UserError(`Several steps are parked. Name one:\n${list}`, exitCodes.usage);
  throw new UserError(
    all.length === 0 ? `Nothing of ${view.site} is parked.` : `That step is not parked. These are:\n${list}`,
    exitCodes.notFound,
  );
}
