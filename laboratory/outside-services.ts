import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Server } from 'node:net';
import { openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Site } from '../config/site.js';
import { splitHostPort } from '../config/site/address.js';
import { makeAuthority } from './authority.js';
import { collectedLogs, namespace, stateFolder, within } from './names.js';

export type OutsideServices = {
  /** Lets what runs in the laboratory's namespace reach a loopback port of this computer under the same number. */
  openDoor: (address: string) => Promise<void>;
  /** PEM of the authority that signed the certificate of log collector and package mirror. */
  caPem: string;
  stop: () => Promise<void>;
};

/**
 * Starts what the site file names outside the platform: name server, time server, log collector, package mirror, and
 * the artefact store.
 * @param store folder that the store serves; without one it has nothing
 */
export async function startOutsideServices(
  site: Site,
  mirror: string,
  logFile: string,
  store: string | undefined,
): Promise<OutsideServices> {
  const entry = fileURLToPath(new URL('./services/main.js', import.meta.url));
  const { dns, ntp, syslog, artifacts } = site;
  const collector = syslog && splitHostPort(syslog.server, 0).host;
  const { keyFile, certificateFile, caPem } = await makeAuthority(join(stateFolder, 'authority'), [
    ...(collector === undefined ? [] : [collector]),
    ...[artifacts.packages, artifacts.store].map((url) => new URL(url).hostname),
  ]);
  const args = [
    ...dns.servers.flatMap((server) => ['--dns', server]),
    ...ntp.flatMap((server) => ['--ntp', server]),
    ...(syslog ? ['--syslog', `${collector}:${syslog.port}`] : []),
    ...['--log-file', collectedLogs, '--key', keyFile, '--certificate', certificateFile],
    ...['--packages', artifacts.packages, '--mirror', mirror],
    ...['--store', artifacts.store],
    ...(store === undefined ? [] : ['--store-folder', resolve(store)]),
  ];
  const [program, ...words] = [...within(namespace), process.execPath, entry, ...args];
  const child = spawn(program!, words, {
    stdio: ['ignore', 'pipe', openSync(logFile, 'a'), 'ipc'],
    detached: true,
  });
  const exited = once(child, 'exit');
  const ready = await Promise.race([once(createInterface({ input: child.stdout! }), 'line'), exited]);
  if (ready[0] !== 'ready')
    throw new Error(`the services outside did not start; their last words are in ${logFile}`);
  let door: Server | undefined;
  return {
    caPem,
    openDoor: async (address) => {
      const { port } = splitHostPort(address, 7233);
      const handed = once(child, 'message');
      child.send({ port });
      door = (await handed)[1] as Server;
      door.on('connection', (inner) => {
        const outer = connect(port, '127.0.0.1');
        // Else each small message waits 40 ms for the other side's acknowledgement, which no real network adds.
        for (const socket of [inner, outer]) socket.setNoDelay(true);
        inner.pipe(outer).pipe(inner);
        for (const [one, other] of [
          [inner, outer],
          [outer, inner],
        ] as const)
          one.on('error', () => other.destroy());
      });
    },
    stop: async () => {
      door?.close();
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await exited;
    },
  };
}
