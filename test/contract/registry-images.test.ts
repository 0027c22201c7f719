import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imagesPreflight } from '../../activities/artifacts/images-preflight.js';
import { deleteManifest, manifestDigest } from '../../activities/clients/registry/manifests.js';
import { mirrorImage } from '../../activities/clients/registry/mirror-image.js';
import { registrySource } from '../../activities/clients/registry/registry-source.js';
import { listRepositories } from '../../activities/clients/registry/tags.js';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import type { Role, StepContext } from '../../activities/role.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import { installDockerRegistry } from '../../activities/roles/3-base-infrastructure/install-docker-registry.js';
import { instanceOn } from '../../activities/roles/3-base-infrastructure/registry/instances.js';
import { registryPaths } from '../../activities/roles/3-base-infrastructure/registry/settings.js';
import { layoutPath } from '../../config/artifacts/image.js';
import { bytesOf, makeLayout, serveFiles, type FileServer, type Layout } from './image-fixture.js';
import { MachinesUnderTest } from './sandbox-machines.js';

const names = ['gitops-1', 'gitops-2'] as const;
type Name = (typeof names)[number];
const role = installDockerRegistry as unknown as Role;
const stepOf = (id: string) => role.steps.find((step) => step.id === id)!;
const images = stepOf('images');
const pinned = (layout: Layout) => ({ digest: layout.digest, licence: 'MIT' });

/** The step that fills the registries, on two simulated machines and a store of this test. */
describe('images of the catalogue', () => {
  const portal = makeLayout('1.0', ['linux/amd64', 'linux/arm64'], { form: 'docker' });
  const agent = makeLayout('v2', ['linux/amd64']);
  // More than one part of an upload.
  const large = makeLayout('large', ['linux/amd64'], { layerBytes: 9_000_000 });
  const entries = {
    portal: {
      name: 'portal',
      version: '1.0',
      image: 'registry.example.org/eservices/portal',
      ...pinned(portal),
    },
    agent: { name: 'agent', version: 'v2', image: 'quay.io/team/agent', ...pinned(agent) },
    large: { name: 'large', version: 'large', image: 'docker.io/library/large', ...pinned(large) },
  };
  const all = { portal, agent, large };
  type Entry = keyof typeof entries;
  const files = new Map<string, Buffer>();
  let store: FileServer;
  let under: MachinesUnderTest;
  let wanted: Entry[] = ['portal', 'agent'];

  const contextOf = (name: Name, more: Partial<StepContext> = {}): StepContext => {
    const context = under.context(role, name);
    const own = wanted.map((entry) => entries[entry]);
    const artifacts = { ...context.site.artifacts, store: `${store.url}/store/`, images: own };
    const site = { ...context.site, artifacts } as StepContext['site'];
    return { ...context, site, plan: { ...context.plan, site }, ...more };
  };
  const stock = (...stocked: Entry[]): void => {
    for (const entry of stocked)
      for (const [path, content] of all[entry].files)
        files.set(`/store/${layoutPath(entries[entry])}${path}`, content);
  };
  const unstock = (entry: Entry, path: string): void =>
    void files.delete(`/store/${layoutPath(entries[entry])}${path}`);
  const blob = (digest: string): string => `/blobs/${digest.replace(':', '/')}`;
  /** What was asked of the store, without the folders of the images. */
  const asked = (): string[] => store.requests.map((line) => line.replace(/^.*(?=\/blobs\/)/, ''));
  const digestOn = async (name: Name, entry: Entry, reference = entries[entry].version) =>
    manifestDigest(
      await instanceOn(contextOf(name), contextOf(name).machine, 'pull'),
      entries[entry].image,
      reference,
    );
  const deleteOn = async (name: Name, entry: Entry) =>
    deleteManifest(
      await instanceOn(contextOf(name), contextOf(name).machine, 'push'),
      entries[entry].image,
      entries[entry].digest,
    );
  const machine = (name: Name) => under.machines.powered().find((one) => one.name === name)!;

  beforeAll(async () => {
    store = await serveFiles(files);
    under = await MachinesUnderTest.boot(names, 'examples/site-1000.yaml');
    const prepare = prepareVms as unknown as Role;
    for (const name of names) {
      for (const step of prepare.steps.filter(({ on }) => on === 'each'))
        await step.apply(under.context(prepare, name));
      for (const id of ['program', 'certificate', 'configuration', 'trial'])
        await stepOf(id).apply(contextOf(name));
    }
  }, 240_000);
  afterAll(async () => {
    closeHosts();
    await under.close();
    await store.close();
  });

  test('are all named before anything is made when the store lacks them, with what to type', async () => {
    stock('agent');
    unstock('agent', blob(agent.digest));
    const [problem, ...more] = await imagesPreflight.check(contextOf('gitops-1'));
    expect(more).toEqual([]);
    expect(problem).toBe(
      `artifacts.store: ${store.url}/store/ lacks quay.io/team/agent:v2@${agent.digest}, registry.example.org/eservices/portal:1.0@${portal.digest}. Fill it: socle artifacts fetch FOLDER FILE`,
    );
    stock('portal', 'agent');
    expect(await imagesPreflight.check(contextOf('gitops-1'))).toEqual([]);
  });

  test('come to both machines at once, under their original paths, with every digest', async () => {
    const lines: string[] = [];
    const progress = (line: string): void => void lines.push(line);
    expect(await images.check(contextOf('gitops-1'))).toMatchObject({
      state: 'todo',
      changes: [
        'gitops-1: registry.example.org/eservices/portal:1.0 is missing',
        'gitops-1: quay.io/team/agent:v2 is missing',
      ],
    });
    const changes = await Promise.all(names.map((name) => images.apply(contextOf(name, { progress }))));
    expect(changes[1]).toEqual([
      'gitops-2: quay.io/team/agent:v2 mirrored, 3 blobs sent',
      'gitops-2: registry.example.org/eservices/portal:1.0 mirrored, 5 blobs sent',
    ]);
    for (const name of names) {
      expect(await images.check(contextOf(name))).toEqual({ state: 'done' });
      expect(await role.verify(contextOf(name))).toEqual({ state: 'done' });
      expect(await digestOn(name, 'portal')).toBe(portal.digest);
      for (const { digest } of portal.images) expect(await digestOn(name, 'portal', digest)).toBe(digest);
    }
    const registry = await instanceOn(contextOf('gitops-2'), contextOf('gitops-2').machine, 'pull');
    expect(await listRepositories(registry)).toEqual([
      'quay.io/team/agent',
      'registry.example.org/eservices/portal',
      'socle/trial',
    ]);
    expect(lines).toContainEqual(expect.stringMatching(/^quay\.io\/team\/agent:v2 0\.2 of 0\.2 MB$/));
  });

  test('of which one is lost on one machine comes back there, and its blobs are not sent again', async () => {
    await deleteOn('gitops-2', 'portal');
    expect(await images.check(contextOf('gitops-1'))).toEqual({ state: 'done' });
    const lost = 'gitops-2: registry.example.org/eservices/portal:1.0 is missing';
    expect(await role.verify(contextOf('gitops-2'))).toMatchObject({ state: 'todo', changes: [lost] });
    store.requests.length = 0;
    expect(await images.apply(contextOf('gitops-2'))).toEqual([
      'gitops-2: registry.example.org/eservices/portal:1.0 mirrored, 0 blobs sent',
    ]);
    expect(await images.check(contextOf('gitops-2'))).toEqual({ state: 'done' });
    const layers = portal.layers.map(({ digest }) => blob(digest));
    expect(asked().filter((line) => layers.includes(line))).toEqual([]);
  });

  test('whose tag somebody gave to another image are named with both digests, and put right', async () => {
    const { machine: on } = contextOf('gitops-1');
    const { image, version } = entries.portal;
    await mirrorImage({
      source: registrySource(await instanceOn(contextOf('gitops-1'), on, 'pull'), entries.agent.image),
      reference: 'v2',
      target: {
        registry: await instanceOn(contextOf('gitops-1'), on, 'push'),
        repository: image,
        tag: version,
      },
    });
    const moved = `gitops-1: ${image}:1.0 is ${agent.digest}, wanted ${portal.digest}`;
    expect(await images.check(contextOf('gitops-1'))).toMatchObject({ state: 'todo', changes: [moved] });
    await images.apply(contextOf('gitops-1'));
    expect(await images.check(contextOf('gitops-1'))).toEqual({ state: 'done' });
  });

  test('whose copy is interrupted go on where it was, no blob twice', async () => {
    wanted = ['portal', 'agent', 'large'];
    stock('large');
    const [shared] = large.layers.map(({ digest }) => blob(digest));
    store.requests.length = 0;
    const abort = new AbortController();
    // The first part of the larger layer was taken; all else is smaller together.
    const progress = (line: string): void => {
      const done = Number(/ ([\d.]+) of /.exec(line)?.[1]);
      if (done > 8.3) abort.abort(new Error('told to stop'));
    };
    await expect(images.apply(contextOf('gitops-1', { signal: abort.signal, progress }))).rejects.toThrow(
      'told to stop',
    );
    expect(await images.check(contextOf('gitops-1'))).toMatchObject({ state: 'todo' });
    await images.apply(contextOf('gitops-1'));
    expect(await images.check(contextOf('gitops-1'))).toEqual({ state: 'done' });
    expect(asked().filter((line) => line.startsWith(shared!))).toEqual([shared, `${shared} bytes=8388608-`]);
    wanted = ['portal', 'agent'];
  });

  test('end the step with machine, cause and next command when the registry takes another login', async () => {
    await deleteOn('gitops-1', 'agent');
    const changed = async (instance: 'push' | 'pull'): Promise<string> => {
      const logins = `${registryPaths.configuration}/${instance}.htpasswd`;
      // The password is `another`.
      const line = '$2y$05$abcdefghijklmnopqrstuuCJ8iKmSvwV0Iw2VvXW8cVJ2Q9qGKkHy';
      await machine('gitops-1').files.writeFile(
        logins,
        `${instance === 'push' ? 'socle' : 'node'}:${line}\n`,
      );
      const step = instance === 'push' ? images.apply : images.check;
      return step(contextOf('gitops-1')).then(
        () => 'nothing was thrown',
        ({ name, message }: Error) => `${name} ${message}`,
      );
    };
    for (const instance of ['push', 'pull'] as const)
      expect(await changed(instance)).toMatch(
        /^PermanentError gitops-1: its registry refuses Socle's login \(401\) for (quay\.io|registry\.example).*secrets\.master.*then: socle deploy FILE --only install-docker-registry$/,
      );
    await stepOf('configuration').apply(contextOf('gitops-1'));
    await images.apply(contextOf('gitops-1'));
    expect(await images.check(contextOf('gitops-1'))).toEqual({ state: 'done' });
  });

  test('that the store has wrong are not mirrored, and the store is named', async () => {
    await deleteOn('gitops-2', 'large');
    wanted = ['large'];
    const config = JSON.parse(large.files.get(blob(large.images[0]!.digest))!.toString()) as {
      config: { digest: string; size: number };
    };
    const { digest, size } = config.config;
    files.set(`/store/${layoutPath(entries.large)}${blob(digest)}`, bytesOf('other', size));
    await expect(images.apply(contextOf('gitops-2'))).rejects.toThrow(
      /^gitops-2: docker\.io\/library\/large:large: .*damaged.*socle artifacts verify http.*\/store\/ FILE$/,
    );
    unstock('large', blob(digest));
    await expect(images.apply(contextOf('gitops-2'))).rejects.toThrow(
      /^gitops-2: docker\.io\/library\/large:large cannot be read from .* 404: .*socle artifacts verify/,
    );
    expect(await digestOn('gitops-2', 'large')).toBeUndefined();
    stock('large');
    await images.apply(contextOf('gitops-2'));
    expect(await images.check(contextOf('gitops-2'))).toEqual({ state: 'done' });
  });
});
