import { fork } from 'node:child_process';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sizeOf } from './find-temporal.js';

const givenUpAfterMs = 10_000;

/**
 * Lets the SDK download the server into a folder of its own, in a process that can be ended: the download itself
 * cannot be canceled. Given up after 10 s in which nothing arrived.
 */
export async function downloadTemporal(destination: string): Promise<void> {
  const folder = `${destination}.download`;
  await mkdir(folder, { recursive: true });
  try {
    await download(folder);
    const program = (await readdir(folder)).find((name) => name.startsWith('temporal'));
    if (!program) throw new Error('the download left no program');
    await rename(join(folder, program), destination);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(folder: string): Promise<void> {
  const script = fileURLToPath(
    new URL('./download-temporal-process.mjs', import.meta.url).href.replace('/dist/tools/', '/tools/'),
  );
  const child = fork(script, [folder], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let lastSize = 0;
  let lastProgress = Date.now();
  const watch = setInterval(() => {
    void sizeOf(folder).then((size) => {
      if (size > lastSize) [lastSize, lastProgress] = [size, Date.now()];
      if (Date.now() - lastProgress > givenUpAfterMs) child.kill('SIGKILL');
    });
  }, 500);
  const code = await ended;
  clearInterval(watch);
  if (code === null) throw new Error('nothing arrived for 10 s');
  if (code !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? `ended with code ${code}`);
}
