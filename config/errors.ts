/** A mistake that a person can mend: shown without a stack, ends the command with `exitCode`. */
export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** Exit codes by family; the CLI's help and docs/cli.md list them. */
export const exitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  failed: 10,
  parked: 11,
  rejected: 12,
  canceled: 13,
  unreachable: 14,
  siteFile: 15,
  plan: 16,
  prerequisite: 17,
  notFound: 18,
  changesPending: 20,
} as const;
