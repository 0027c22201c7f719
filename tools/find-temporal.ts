import { execFile } from 'node:child_process';
import { access, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../config/cache-folder.js';
import { exitCodes, UserError } from '../config/errors.js';
import { downloadTemporal } from './download-temporal.js';

const execute = promisify(execFile);

/** Version of the Temporal CLI, server and Web UI in one program; newer ones cannot be built by `go install`. */
export const temporalVersion = '1.5.1';
const temporalModule = `github.com/temporalio/cli/cmd/temporal@v${temporalVersion}`;

/** Says in one line what was done and how long it took. */
export type Say = (line: string) => void;

/**
 * Finds the Temporal program: on PATH, in the cache, by the SDK's download, or built with Go; the first that works.
 * @returns the path of the program.
 * @throws UserError naming the four remedies.
 */
export async function findTemporal(say: Say, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const onPath = await firstExecutable(
    (environment['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'temporal')),
  );
  if (onPath) return onPath;
  const cached = join(cacheFolder(), `temporal-${temporalVersion}`);
  if (await firstExecutable([cached])) return cached;
  await mkdir(cacheFolder(), { recursive: true });
  const failures: string[] = [];
  for (const [how, obtain] of [
    ['download', () => downloadTemporal(cached)],
    ['go install', () => buildTemporal(cached)],
  ] as const) {
    const started = Date.now();
    if (how === 'go install')
      say('Temporal server: built with Go now; this happens once and can take five minutes');
    try {
      await obtain();
      say(`Temporal server: ${how}, ${seconds(started)} (kept in ${cacheFolder()})`);
      return cached;
    } catch (error) {
      failures.push(`${how}: ${shortCause(error)}`);
      say(`Temporal server: ${how} did not work after ${seconds(started)}: ${shortCause(error)}`);
    }
  }
  throw new UserError(
    [
      'No Temporal server can be had here. Do one of these, then start again:',
      '  1. point to one that runs:      TEMPORAL_ADDRESS=host:7233',
      '  2. put the program temporal on PATH (https://github.com/temporalio/cli/releases)',
      '  3. let the SDK download it:     needs access to temporal.download',
      `  4. let Go build it:             install Go 1.24 or newer (${temporalModule})`,
      ...failures.map((failure) => `  tried ${failure}`),
    ].join('\n'),
    exitCodes.prerequisite,
  );
}

/** The last two links of an error's chain: the SDK's whole message fills several lines. */
function shortCause(error: unknown): string {
  const [line = ''] = (error as Error).message.split('\n');
  return line.split(': ').slice(-2).join(': ');
}

async function buildTemporal(destination: string): Promise<void> {
  const folder = `${destination}.build`;
  await mkdir(folder, { recursive: true });
  try {
    await execute('go', ['install', '-ldflags', '-s -w', temporalModule], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' },
      maxBuffer: 1 << 26,
    });
    await rename(join(folder, 'temporal'), destination);
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new Error(
      code === 'ENOENT' ? 'Go is not installed' : (stderr?.trim().split('\n').at(-1) ?? String(error)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await access(path, constants.X_OK);
      if ((await stat(path)).isFile()) return path;
    } catch {
      // Not there: the next one may be.
    }
  }
  return undefined;
}

/** Bytes of all files below a folder; 0 when it does not exist. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sizeOf(path) : (await stat(path).catch(() => ({ size: 0 }))).size;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function seconds(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
