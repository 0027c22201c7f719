import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../../config/artifacts/catalogue.js';
import { storePath } from '../../../config/artifacts/store.js';
import { digestOf } from '../../../activities/clients/registry/digest.js';
import { httpLayoutSource } from '../../../activities/clients/registry/http-layout-source.js';
import { imageProblem } from '../../../client/artifacts/image-problem.js';
import { layoutPath } from '../../../config/artifacts/image.js';
import { siteImages } from '../../../config/artifacts/site-images.js';
import { loadSite } from '../../../config/load.js';
import { serveStore, simulatedProgram, storeFiles } from '../../../sandbox/store.js';
import { canTestWith } from '../../../tools/test-programs.js';

/** Site files name these. */
const sums = {
  vault: 'f192bd72d00fc1d5e72b59e30579f7c5352a0ed7843f4d3c3ed703755ce47e43',
  gogs: '436d2f8356aca99538f7abf40cf6802edbd223057b5c08fa2691a8a5876f008d',
  registry: '0c5d2153f59506fb026269c1993d37941aafd82a2ad334cbf2fb5a9fd8aad4c8',
};
const names = Object.keys(sums) as (keyof typeof sums)[];

let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    if (!serveStore(request, response)) response.writeHead(418).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function got(path: string, range?: string): Promise<[number, Buffer]> {
  const response = await fetch(`${url}/store/${path}`, range === undefined ? {} : { headers: { range } });
  return [response.status, Buffer.from(await response.arrayBuffer())];
}

describe('the simulated store', () => {
  test.each(names)('has %s where the catalogue puts it, of the same bytes each time', async (name) => {
    const [status, content] = await got(storePath(catalogue[name]));
    expect(status).toBe(200);
    expect(createHash('sha256').update(content).digest('hex')).toBe(sums[name]);
  });

  test('has every image of the catalogue, and of each example site one of its digest', async () => {
    for (const file of ['site-100', 'site-1000', 'site-10000']) {
      for (const image of siteImages(await loadSite(`examples/${file}.yaml`))) {
        const source = httpLayoutSource({ url: `${url}/store/${layoutPath(image)}` });
        const top = await source.manifest(image.version);
        expect(top?.digest, image.name).toBe(digestOf(top!.bytes));
        const digest = image.neededBy.length === 0 ? image.digest : top!.digest;
        expect(await imageProblem({ ...image, digest }, source), image.name).toBeUndefined();
      }
    }
  });

  test('sends the rest of a file, and nothing after its end', async () => {
    const path = storePath(catalogue.vault);
    const content = storeFiles.get(path)!;
    expect(await got(path, 'bytes=100-')).toEqual([206, content.subarray(100)]);
    expect((await got(path, `bytes=${content.length}-`))[0]).toBe(416);
    expect((await got('vault/9.9.9/vault.zip'))[0]).toBe(404);
    expect((await fetch(`${url}/debian/`)).status).toBe(418);
  });

  test.runIf(canTestWith('unzip'))('holds archives that unzip and tar read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'socle-store-'));
    try {
      const file = (name: keyof typeof catalogue): string => {
        const path = join(folder, name);
        writeFileSync(path, storeFiles.get(storePath(catalogue[name]))!);
        return path;
      };
      const out = (program: string, ...args: string[]): string =>
        execFileSync(program, args, { encoding: 'utf8' });
      expect(out('unzip', '-p', file('vault'), 'vault')).toBe(simulatedProgram('vault', '1.21.1'));
      expect(out('unzip', '-tq', file('vault'))).toMatch(/^No errors detected/);
      expect(out('tar', '-xOf', file('gogs'), 'gogs/gogs')).toBe(simulatedProgram('gogs', '0.14.3'));
      expect(out('tar', '-xOf', file('registry'), 'registry')).toBe(simulatedProgram('registry', '3.0.0'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
