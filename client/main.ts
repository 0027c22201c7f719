#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { exitCodes, UserError } from '../config/errors.js';
import { commands } from './commands/index.js';

/** The `socle` command. */
async function main(): Promise<void> {
  const program = new Command('socle')
    .description('Deploys a whole on-premises platform as one durable Temporal workflow per site')
    .version('0.1.0')
    .showHelpAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `\nExit codes: ${Object.entries(exitCodes)
        .map(([name, code]) => `${code} ${name}`)
        .join(', ')}`,
    );
  for (const command of commands()) program.addCommand(command.exitOverride());
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof UserError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(
    `socle met an error that it does not know:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return exitCodes.internal;
}

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // `socle status … | head` closes the pipe early: that is no error.
    if (error.code === 'EPIPE') process.exit(0);
    // The terminal was closed; its SIGHUP says what follows.
    if (error.code !== 'EIO') throw error;
  });
await main();
