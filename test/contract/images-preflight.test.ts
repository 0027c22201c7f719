import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imagesPreflight } from '../../activities/artifacts/images-preflight.js';
import type { StepContext } from '../../activities/role.js';
import { roles } from '../../activities/roles/index.js';
import { layoutPath } from '../../config/artifacts/image.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { buildPlan } from '../../config/plan.js';
import { createSecrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import { makeLayout } from './image-fixture.js';
import { platformCertificate } from './platform-certificate.js';
import { environment } from './sandbox-machines.js';

const layout = makeLayout('1.0', ['linux/amd64']);
const image = {
  name: 'portal',
  version: '1.0',
  image: 'registry.example.org/eservices/portal',
  digest: layout.digest,
  licence: 'MIT',
};
const login = `Basic ${btoa('reader:canary')}`;

/** The store of a site that asks for a login, behind a certificate of the site's authority. */
describe('the question whether the store has the images', () => {
  let server: Server;
  let site: Site;
  let ca = '';
  let port = 0;
  beforeAll(async () => {
    const pair = await platformCertificate();
    ca = pair.ca;
    server = createServer({ key: pair.key, cert: pair.certificate }, (request, response) => {
      if (request.headers.authorization !== login) return void response.writeHead(401).end();
      if (request.url?.startsWith('/moved/'))
        return void response.writeHead(302, { location: request.url.replace('/moved/', '/store/') }).end();
      const content = layout.files.get(request.url?.replace(`/store/${layoutPath(image)}`, '') ?? '');
      if (content === undefined) return void response.writeHead(404).end();
      response.end(content);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    site = await loadSite('examples/site-100.yaml');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const problems = (more: Partial<Site['artifacts']> = {}): Promise<string[]> => {
    const artifacts: Site['artifacts'] = {
      packages: site.artifacts.packages,
      store: `https://127.0.0.1:${port}/store`,
      ca: 'env:STORE_CA',
      username: 'reader',
      password: 'env:STORE_PASSWORD',
      images: [image],
      ...more,
    };
    const own = { ...site, artifacts };
    const plan = buildPlan({
      site: own,
      inventory: computeInventory(own),
      declarations: roles,
      mode: 'apply',
    });
    const secrets = createSecrets(own, {
      ...environment,
      STORE_CA: ca,
      STORE_PASSWORD: 'canary',
      WRONG: 'wrong-canary',
    });
    const { signal } = new AbortController();
    return imagesPreflight.check({ plan, site: own, secrets, signal } as StepContext);
  };

  test("is asked with the store's login and authority, and follows where the store sends on to", async () => {
    expect(await problems()).toEqual([]);
    expect(await problems({ store: `https://127.0.0.1:${port}/moved/` })).toEqual([]);
  });

  test('says what is wrong: the login, the authority, the address, the bytes', async () => {
    expect(await problems({ password: 'env:WRONG' })).toEqual([
      expect.stringMatching(
        /^artifacts\.store: https.*refuses the credentials \(401\)\. See artifacts\.username/,
      ),
    ]);
    expect(await problems({ ca: 'env:SOCLE_BACKUP_KEY' })).toEqual([
      expect.stringMatching(/^artifacts\.store: https.*image layout GET .* no answer/),
    ]);
    const another = { ...image, name: 'another', version: '2.0' };
    expect(await problems({ store: 'https://127.0.0.1:9/store', images: [image, another] })).toEqual([
      expect.stringMatching(/^artifacts\.store: https.*ECONNREFUSED/),
    ]);
    const path = `/blobs/${layout.digest.replace(':', '/')}`;
    const right = layout.files.get(path)!;
    layout.files.set(path, Buffer.from('{}'));
    expect(await problems()).toEqual([
      expect.stringMatching(
        /^artifacts\.store: https.* gave sha256:[0-9a-f]{64} for .*have it stored there anew/,
      ),
    ]);
    layout.files.set(path, right);
    for (const wrong of [await problems({ password: 'env:WRONG' })])
      expect(wrong.join()).not.toContain('canary');
  });

  test('is no question where a plan needs no image', async () => {
    expect(await problems({ images: [], store: 'https://127.0.0.1:9/store' })).toEqual([]);
  });
});
