import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunView } from '../../../client/run/view.js';
import type { Peer } from '../peer.js';
import { timed } from '../timed.js';

const entry = join(import.meta.dirname, '../deploy.js');

/** The command line, Temporal and the worker, with everything else that a run does: preflight, verify, reachability. */
export const socle: Peer = {
  name: 'socle',
  version: async () => (JSON.parse(await readFile('package.json', 'utf8')) as { version: string }).version,
  prepare: async ({ works }) => ({
    run: () => timed([process.execPath, entry, String(works.length), 'prepare-vms'], process.env),
    changes: (output) => {
      // News of the run stand before it.
      const { progress } = JSON.parse(output.slice(output.search(/^\{/m))) as RunView;
      return progress?.phases.reduce((total, { summary }) => total + (summary?.changes ?? 0), 0);
    },
  }),
};
