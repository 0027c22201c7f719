import { Command } from 'commander';
import { exitCodes, UserError } from '../../config/errors.js';
import { roleNames } from '../../config/phases.js';
import { nearest } from '../../config/nearest.js';
import { connected } from '../connect.js';
import { planSite } from '../plan-site.js';
import { onFailureOption } from './on-failure-option.js';
import { runAndWatch, type DeployOptions } from './deploy.js';

/** `socle run FILE ROLE OPERATION [TARGET]`: day-2 work under the same lock as a deployment. */
export function runCommand(): Command {
  return new Command('run')
    .description('run an operation of a role, such as a restart')
    .argument('<file>', 'site file')
    .argument('<role>')
    .argument('<operation>')
    .argument('[target]', 'one machine; all of the role when left out')
    .addOption(onFailureOption('what a failed step does'))
    .option('--as <name>', 'who starts the run')
    .option('--detach', 'start it and return')
    .option('--json', 'print the outcome as JSON')
    .action(
      async (
        file: string,
        role: string,
        operation: string,
        target: string | undefined,
        options: DeployOptions,
      ) => {
        const known = roleNames.find((name) => name === role);
        if (!known)
          throw new UserError(
            `There is no role "${role}". Did you mean "${nearest(role, roleNames) ?? roleNames[0]!}"?`,
            exitCodes.usage,
          );
        const planned = await planSite(file, 'operation', {
          operation: { role: known, name: operation, ...(target !== undefined && { target }) },
        });
        if (target !== undefined && !planned.plan.machines.some((machine) => machine.name === target))
          throw new UserError(
            `The plan has no machine "${target}". Did you mean "${
              nearest(
                target,
                planned.plan.machines.map(({ name }) => name),
              ) ?? planned.plan.machines[0]!.name
            }"?`,
            exitCodes.usage,
          );
        process.exitCode = await connected((connection) => runAndWatch(connection, planned, file, options));
      },
    );
}
