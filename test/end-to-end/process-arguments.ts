import { readdir, readFile } from 'node:fs/promises';

/** Collects the arguments of every process on this computer, as every account can read them, until `stop`. */
export function watchArguments(): { stop: () => Promise<string> } {
  const seen = new Set<string>();
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
      for (const id of processes)
        seen.add(await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => 'has ended'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      return [...seen].join('\n');
    },
  };
}
