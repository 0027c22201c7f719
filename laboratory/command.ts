import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const largestOutput = 64 * 1024 ** 2;

/**
 * Runs a program to its end, without a shell.
 * @returns what it printed to standard output.
 * @throws Error with the command and the last lines that it printed.
 */
export async function run(
  words: readonly string[],
  options: { cwd?: string; environment?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const [program, ...args] = words;
  try {
    const { stdout } = await execute(program!, args, {
      maxBuffer: largestOutput,
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.environment && { env: options.environment }),
    });
    return stdout;
  } catch (error) {
    const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message: string };
    const said = (stderr?.trim() || stdout?.trim() || message).split('\n').slice(-10).join('\n');
    throw new Error(`${words.slice(0, 6).join(' ')}: ${said}`, { cause: error });
  }
}
