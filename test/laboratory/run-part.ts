import { runAndWatch } from '../../client/commands/deploy.js';
import { connected } from '../../client/connect.js';
import type { Mode } from '../../config/plan-types.js';
import { partOfSite } from './part-of-site.js';

/** `run-part.ts MODE FILE MACHINE,… [ROLE,…]`: `socle deploy` or `remove` of a part of a site, `--yes --json`. */
const [mode, file, machines, only] = process.argv.slice(2);
const planned = await partOfSite(
  file!,
  mode as Mode,
  machines!.split(','),
  only === undefined ? [] : only.split(','),
);
process.exitCode = await connected((connection) =>
  runAndWatch(connection, planned, file!, {
    as: 'laboratory',
    yes: true,
    json: true,
    onFailure: 'abort',
    withoutBackup: true,
  }),
);
