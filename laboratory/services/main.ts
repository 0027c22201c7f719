import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveDns } from './dns.js';
import { startDoor } from './door.js';
import { serveLogs } from './logs.js';
import { serveFiles } from './mirror.js';
import { serveTime } from './time.js';

/**
 * What the site file names outside the platform, in the laboratory's network namespace: one process. Says `ready` on
 * standard output; ends when the process that started it does.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dns: { type: 'string', multiple: true, default: [] },
      ntp: { type: 'string', multiple: true, default: [] },
      syslog: { type: 'string' },
      'log-file': { type: 'string', default: '' },
      key: { type: 'string', default: '' },
      certificate: { type: 'string', default: '' },
      packages: { type: 'string' },
      mirror: { type: 'string', default: '' },
      store: { type: 'string' },
      'store-folder': { type: 'string' },
      door: { type: 'string' },
    },
  });
  for (const server of values.dns) await serveDns(server);
  for (const server of values.ntp) await serveTime(server);
  const [key, cert] = await Promise.all([readFile(values.key), readFile(values.certificate)]);
  if (values.syslog !== undefined) await serveLogs(values.syslog, { key, cert }, values['log-file']);
  const { packages, mirror, store, 'store-folder': storeFolder } = values;
  await serveFiles(
    [
      // `debian-security` lies beside it.
      ...(packages === undefined ? [] : [{ url: packages, prefix: join(mirror, 'debian') }]),
      // Machines reach it also when it has nothing: it stands in the port table.
      ...(store === undefined
        ? []
        : [{ url: store, ...(storeFolder !== undefined && { prefix: `${storeFolder}/` }) }]),
    ],
    { key, cert },
  );
  process.on('message', (message) => {
    void startDoor((message as { port: number }).port);
  });
  process.stdout.write('ready\n');
  await Promise.race(['SIGTERM', 'SIGINT', 'disconnect'].map((event) => once(process, event)));
  process.exit(0);
}

await main();
