import { readFileSync } from 'node:fs';
import { exitCodes, UserError } from './errors.js';

/**
 * The value behind `env:NAME` or `file:PATH`, without a trailing line end.
 * @throws UserError that names the reference and the remedy, never the value.
 */
export function resolveReference(reference: string, environment: NodeJS.ProcessEnv): string {
  const [kind, ...rest] = reference.split(':');
  const place = rest.join(':');
  if (kind === 'env') {
    const value = environment[place];
    if (value === undefined || value === '')
      throw new UserError(
        `${reference}: the variable ${place} is not set where the worker runs. Set it and start the worker again.`,
        exitCodes.prerequisite,
      );
    return value.replace(/\r?\n$/, '');
  }
  if (kind === 'file') return readSecretFile(reference, place);
  throw new UserError(
    `${reference}: only env:NAME and file:PATH can be resolved before Vault exists.`,
    exitCodes.siteFile,
  );
}

function readSecretFile(reference: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      `${reference}: the file cannot be read where the worker runs (${code ?? 'unknown'}).`,
      exitCodes.prerequisite,
    );
  }
}
