import { connected } from '../../client/connect.js';
import { runAndWatch } from '../../client/commands/deploy.js';
import { benchPlan, siteFile } from './site.js';

/** `deploy.js COUNT ROLE…`: `socle deploy --only ROLE… --yes --json` of a part of the site's machines. */
const [count, ...only] = process.argv.slice(2);
const planned = await benchPlan(Number(count), only);
process.exitCode = await connected((connection) =>
  runAndWatch(connection, planned, siteFile, { as: 'bench', yes: true, json: true, onFailure: 'abort' }),
);
