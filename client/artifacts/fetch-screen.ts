import logUpdate from 'log-update';
import { fetchedLines, progressLine } from '../output/artifacts.js';
import type { FetchScreen } from './fetch-all.js';

const drawEveryMs = 100;

/** A line for each file that is done, and in a terminal one below them for each that is on its way. */
export function fetchScreen(isTerminal: boolean): FetchScreen {
  const underWay = new Map<string, string>();
  let drawnMs = 0;
  const draw = (): void => {
    drawnMs = Date.now();
    logUpdate([...underWay.values()].join('\n'));
  };
  return {
    progress: (artifact, bytes, totalBytes) => {
      underWay.set(artifact.name, progressLine(artifact, bytes, totalBytes));
      if (isTerminal && Date.now() - drawnMs > drawEveryMs) draw();
    },
    ended: (fetched) => {
      underWay.delete(fetched.artifact.name);
      if (isTerminal) logUpdate.clear();
      process.stdout.write(`${fetchedLines(fetched).join('\n')}\n`);
      if (isTerminal && underWay.size > 0) draw();
    },
  };
}
