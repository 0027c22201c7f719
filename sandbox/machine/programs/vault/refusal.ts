/** What Vault refuses, with the status and the list of errors that it answers. */
export class Refusal extends Error {
  readonly errors: readonly string[];
  constructor(
    readonly status: number,
    ...errors: string[]
  ) {
    super(errors.join('; '));
    this.errors = errors;
  }
}

export function denied(): Refusal {
  return new Refusal(403, '1 error occurred:\n\t* permission denied\n\n');
}

/** An answer of 404 without errors, as for a name that nothing has. */
export function nothing(): Refusal {
  return new Refusal(404);
}

export function notSimulated(what: string): Refusal {
  return new Refusal(404, `unsupported path: ${what} is not simulated by the sandbox`);
}
