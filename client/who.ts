import { userInfo } from 'node:os';

/** Who answers: `--as`, `SOCLE_USER`, or the account that runs the command. */
export function whoAmI(as: string | undefined): string {
  return as ?? process.env['SOCLE_USER'] ?? userInfo().username;
}
