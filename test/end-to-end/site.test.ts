import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, Connection } from '@temporalio/client';
import { parseDocument } from 'yaml';
import { createSecrets, type Secrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import { loadSite } from '../../config/load.js';
import { computeInventory } from '../../config/inventory.js';
import type { RunView } from '../../client/run/view.js';
import { watchArguments } from './process-arguments.js';
import { buildOnce, StackUnderTest } from './stack.js';
import { canTestWith } from '../../tools/test-programs.js';

let stack: StackUnderTest;
/** Of all processes while the last site was deployed. */
let processArguments = '';
beforeAll(async () => {
  buildOnce();
  stack = await StackUnderTest.start('none');
});
afterAll(() => stack.stop());

describe.each(['examples/site-100.yaml', 'examples/site-1000.yaml'])('%s', (file) => {
  test('is deployed: every machine once, prepared, and the summary says what this version lacks', async () => {
    const site = await loadSite(file);
    const before = (await stack.journal()).length;
    const processes = watchArguments();
    const ran = await stack.socle('deploy', file, '--yes');
    processArguments = await processes.stop();
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain(`${site.name} is deployed.`);
    expect(ran.stdout).toContain('Not in this version, not run: Clusters,');
    const created = (await stack.journal())
      .slice(before)
      .filter(({ effect }) => effect === 'clone')
      .map(({ subject }) => subject);
    expect(created.filter((name, index) => created.indexOf(name) !== index)).toEqual([]);
    expect(created).toEqual(expect.arrayContaining(computeInventory(site).machines.map(({ name }) => name)));
  });

  test.runIf(canTestWith('chromium'))('the link to its history opens the Web UI at the run', async () => {
    const { stdout } = await stack.socle('status', (await loadSite(file)).name);
    const link = /http:\/\/\S+\/workflows\/\S+/.exec(stdout)?.[0] ?? '';
    const page = spawnSync(
      'chromium',
      ['--headless=new', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=20000', '--dump-dom', link],
      { encoding: 'utf8' },
    ).stdout;
    expect(page).toContain('Event History');
    expect(page).toContain('deploymentWorkflow');
  });

  test('a dry run and a second deployment find nothing to change', async () => {
    const before = (await stack.journal()).length;
    const dry = await stack.socle('deploy', file, '--dry-run');
    expect(dry, dry.stdout).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain('0 changes. Everything is as the plan says');
    const again = await stack.socle('deploy', file, '--yes', '--json');
    const view = JSON.parse(again.stdout) as RunView;
    expect(view.status).toBe('COMPLETED');
    expect(view.progress?.phases.flatMap(({ summary }) => summary?.changed ?? [])).toEqual([0, 0, 0]);
    expect(again.stderr).toContain('✓ 3 Base infrastructure');
    expect((await stack.journal()).slice(before)).toEqual([]);
  });

  test('no secret stands in a history, a log, the journal, the plan or an argument', async () => {
    const site = await loadSite(file);
    const secrets = secretsOf(site, stack.stateFolder);
    const privateLines = computeInventory(site)
      .machines.flatMap(({ name }) => [secrets.hostKey(name), secrets.bootstrapHostKey(name)])
      .concat(secrets.operatorKey())
      .flatMap(({ privateKey }) => privateKey.split('\n').slice(2, -2));
    const passwords = [
      secrets.statisticsPassword(),
      secrets.registryPassword('node'),
      secrets.registryPassword('socle'),
      secrets.registryHttpSecret(),
      secrets.gogsPassword('socle'),
      secrets.gogsPassword('argocd'),
      secrets.gogsSecretKey(),
      secrets.vaultSecretId('orchestrator'),
      secrets.vaultSecretId('break-glass'),
    ];
    const canaries = [...Object.values(demoSecrets(stack.stateFolder)), ...privateLines, ...passwords].filter(
      (value) => value !== undefined && value.length > 20,
    ) as string[];
    expect(processArguments).toContain('worker/main.js');
    const haystacks = [
      processArguments,
      ...(await histories(stack, site.name)),
      JSON.stringify(await stack.journal()),
      readFileSync(`${stack.stateFolder}/worker.log`, 'utf8'),
      readFileSync(`${stack.stateFolder}/sandbox.log`, 'utf8'),
      (await stack.socle('plan', file, '--json')).stdout,
      (await stack.socle('status', site.name, '--json')).stdout,
    ];
    expect(haystacks.length).toBeGreaterThan(7);
    const found = canaries.filter((canary) =>
      haystacks.some(
        (text) => text.includes(canary) || text.includes(Buffer.from(canary).toString('base64').slice(0, 32)),
      ),
    );
    expect(found.length).toBe(0);
  });

  test('the same machines, delivered by another team, are only verified', async () => {
    const before = (await stack.journal()).length;
    const ran = await stack.socle('deploy', await asDelivered(file, stack.stateFolder), '--yes');
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain('0 changes. Everything is as the plan says');
    expect((await stack.journal()).slice(before)).toEqual([]);
  });

  test('is removed without leftovers', async () => {
    const { name } = await loadSite(file);
    expect((await stack.socle('remove', file)).code).toBe(2);
    const refused = await stack.socle('remove', file, '--confirm', name);
    expect(refused, refused.stdout + refused.stderr).toMatchObject({ code: 10 });
    expect(refused.stdout).toContain('--without-backup');
    const ran = await stack.socle('remove', file, '--confirm', name, '--without-backup');
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain(`${name} is removed.`);
    for (const [kind, left] of Object.entries(await stack.leftovers())) expect(left, kind).toEqual([]);
  });
});

test('a second run of a site is refused while one is under way; cancel ends it and the next goes on from there', async () => {
  const file = 'examples/site-100.yaml';
  expect((await stack.socle('deploy', file, '--detach', '--as', 'starter')).code).toBe(0);
  const second = await stack.socle('deploy', file, '--yes');
  expect(second.code).toBe(10);
  expect(second.stderr).toContain('A run of demo-100 is under way');
  expect((await stack.socle('cancel', 'demo-100')).code).toBe(0);
  await stack.until(
    async () =>
      (JSON.parse((await stack.socle('status', 'demo-100', '--json')).stdout) as RunView).status ===
      'CANCELED',
    30_000,
  );
  const after = await stack.socle('deploy', file, '--yes');
  expect(after, after.stdout).toMatchObject({ code: 0 });
  const created = (await stack.journal())
    .filter(({ effect }) => effect === 'clone')
    .map(({ subject }) => subject);
  expect(new Set(created.slice(-21)).size).toBe(Math.min(21, created.length));
});

/** The site's file with its machines as another team would hand them over: addresses and host keys given. */
async function asDelivered(file: string, stateFolder: string): Promise<string> {
  const site = await loadSite(file);
  const secrets = secretsOf(site, stateFolder);
  const document = parseDocument(readFileSync(file, 'utf8'));
  document.set('hypervisor', { kind: 'existing' });
  document.set(
    'machines',
    Object.fromEntries(
      computeInventory(site).machines.map(({ name, address }) => [
        name,
        { address, hostKey: secrets.hostKey(name).publicKey.split(' ').slice(0, 2).join(' ') },
      ]),
    ),
  );
  const path = join(stateFolder, 'delivered.yaml');
  writeFileSync(path, document.toString());
  return path;
}

/** What the worker under test derives and resolves. */
function secretsOf(site: Site, stateFolder: string): Secrets {
  return createSecrets(site, demoSecrets(stateFolder));
}

function demoSecrets(stateFolder: string): NodeJS.ProcessEnv {
  return Object.fromEntries(
    [
      ['SOCLE_MASTER_KEY', 'master.key'],
      ['SOCLE_VSPHERE_PASSWORD', 'vcenter.password'],
    ].map(([name, path]) => [name!, readFileSync(join(stateFolder, path!), 'utf8')]),
  );
}

/** Every history of the site's runs and phases, as text, payloads decoded. */
async function histories(of: StackUnderTest, site: string): Promise<string[]> {
  const connection = await Connection.connect({ address: (await of.note()).temporalAddress });
  const client = new Client({ connection });
  const texts: string[] = [];
  for await (const run of client.workflow.list()) {
    if (!run.workflowId.includes(site)) continue;
    const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    texts.push(
      JSON.stringify(history, (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
      ),
    );
  }
  await connection.close();
  return texts;
}
