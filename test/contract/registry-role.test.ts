import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import { renewalUnits } from '../../activities/certificates/renewal.js';
import type { Role, StepContext } from '../../activities/role.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import { installDockerRegistry } from '../../activities/roles/3-base-infrastructure/install-docker-registry.js';
import {
  registryPaths,
  registryUnits,
} from '../../activities/roles/3-base-infrastructure/registry/settings.js';
import type { CertificateReport } from '../../config/certificates/report.js';
import { serveStore } from '../../sandbox/store.js';
import { MachinesUnderTest } from './sandbox-machines.js';

const name = 'gitops-1';
const role = installDockerRegistry as unknown as Role;

/** What the role makes of a simulated machine, and what that does then. */
describe('install-docker-registry in the sandbox', () => {
  let under: MachinesUnderTest;
  let store: Server;
  const machine = () => under.machines.powered()[0]!;
  /** The example site, whose image the sandbox's store has. */
  const context = (): StepContext => {
    const given = under.context(role, name);
    const address = `http://127.0.0.1:${(store.address() as AddressInfo).port}/store`;
    const artifacts = { ...given.site.artifacts, store: address };
    const site = { ...given.site, artifacts };
    return { ...given, site, plan: { ...given.plan, site } };
  };
  const stepOf = (id: string) => [...role.steps, ...role.remove].find((step) => step.id === id)!;

  beforeAll(async () => {
    store = createServer((request, response) => {
      if (!serveStore(request, response)) response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(store, 'listening');
    under = await MachinesUnderTest.boot([name]);
    const prepare = prepareVms as unknown as Role;
    for (const step of prepare.steps.filter(({ on }) => on === 'each'))
      await step.apply(under.context(prepare, name));
  }, 120_000);
  afterAll(async () => {
    closeHosts();
    await under.close();
    store.closeAllConnections();
    store.close();
  });

  const everyStep = ['program', 'certificate', 'configuration', 'trial', 'images'];
  const converge = async (): Promise<string[]> => {
    const changed: string[] = [];
    for (const step of role.steps) {
      if ((await step.check(context())).state !== 'done') {
        await step.apply(context());
        changed.push(step.id);
      }
      expect(await step.check(context()), step.id).toEqual({ state: 'done' });
    }
    return changed;
  };

  test('each step does its work once, and a second pass finds nothing to do', async () => {
    expect(await converge()).toEqual(everyStep);
    expect(await role.verify(context())).toEqual({ state: 'done' });
    const effects = under.journal.entries().length;
    expect(await converge()).toEqual([]);
    expect(under.journal.entries().slice(effects)).toEqual([]);
    expect(machine().running.has('docker-registry.service')).toBe(false);
  });

  test('its certificate is seen as it lies and is served, and what of it needs somebody', async () => {
    const [look] = role.operations['certificates']!.steps;
    const seen = async (): Promise<CertificateReport> =>
      ((await look!.check(context())) as { result: unknown }).result as CertificateReport;
    const { problems, facts, renewal } = await seen();
    expect(problems).toEqual([]);
    expect(facts!.names).toContain(name);
    expect(renewal).toEqual({ timer: 'active', lastResult: 'success' });
    const { timer } = renewalUnits('registry');
    machine().running.delete(timer);
    machine().programs.get(registryUnits.push)!.kill();
    machine().programs.delete(registryUnits.push);
    machine().running.delete(registryUnits.push);
    expect((await seen()).problems).toEqual([
      `its renewal is not under way: ${timer} is inactive`,
      'nothing answers with it on port 5001',
    ]);
    expect(await converge()).toEqual(['configuration']);
    expect((await seen()).problems).toEqual([]);
  });

  test('after a power cut, and after the sandbox itself was killed, it holds what was pushed', async () => {
    await under.machines.powerOff(machine().hardware.instanceUuid);
    await under.machines.powerOn(await under.hardware(name));
    await under.answers(name);
    expect(await role.verify(context())).toEqual({ state: 'done' });
    await under.restart();
    expect(await role.verify(context())).toEqual({ state: 'done' });
  });

  test('a changed file of logins, a stopped instance and a lost image are named and put right', async () => {
    const logins = `${registryPaths.configuration}/pull.htpasswd`;
    await machine().files.writeFile(logins, 'node:$2y$05$wrong\n');
    expect(await role.verify(context())).toMatchObject({
      state: 'todo',
      changes: [expect.stringContaining(`file ${logins}`)],
    });
    expect(await converge()).toEqual(['configuration']);
    machine().programs.get(registryUnits.pull)!.kill();
    machine().programs.delete(registryUnits.pull);
    machine().running.delete(registryUnits.pull);
    expect(await converge()).toEqual(['configuration']);
    await machine().files.rm(`${registryPaths.storage}/docker`, { recursive: true });
    await machine().persist();
    await under.restart();
    expect(await converge()).toEqual(['trial', 'images']);
  });

  test("a configuration that the program refuses ends the step with the program's words", async () => {
    const file = '/etc/socle/tls/registry.pem';
    const good = (await machine().files.text(file))!;
    await machine().files.rm(file);
    await machine().files.rm(`${registryPaths.configuration}/push.yml`);
    await expect(stepOf('configuration').apply(context())).rejects.toThrow(
      /gitops-1 .*restart-socle-registry-push|open \/etc\/socle\/tls\/registry\.pem: no such file/,
    );
    await machine().files.writeFile(file, good);
    await converge();
  });

  test('removal leaves nothing, images neither', async () => {
    const undo = stepOf('undo');
    await undo.apply(context());
    expect(await undo.check(context())).toEqual({ state: 'done' });
    expect(machine().packages.has('docker-registry')).toBe(false);
    for (const path of [registryPaths.storage, registryPaths.configuration, registryPaths.program])
      expect(await machine().files.exists(path), path).toBe(false);
    expect(
      machine()
        .listeners()
        .map(({ port }) => port),
    ).not.toContain(5000);
    expect(await converge()).toEqual(everyStep);
  });
});
