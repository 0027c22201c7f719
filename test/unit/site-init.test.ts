import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { initCommand } from '../../client/commands/init.js';
import { validateCommand } from '../../client/commands/validate.js';
import { siteTemplate, type InitAnswers } from '../../client/init-template.js';
import { exitCodes, UserError } from '../../config/errors.js';
import { parseSite } from '../../config/load.js';
import { problemLines, publicKey } from './site-fixture.js';

const answers: InitAnswers = {
  name: 'site-a',
  domain: 'platform.example.org',
  concurrentUsers: 100,
  hypervisor: 'vsphere',
  uuid: '7f2c1c1e-2d43-4f7e-9d53-1b0a5a1f9c10',
  administrator: 'admin-1',
  publicKey: publicKey("o'brien's laptop"),
  today: '2026-01-31',
  schema: 'site.schema.json',
};

let folder: string;
let output: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'socle-init-'));
  output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

function run(...args: string[]): Promise<unknown> {
  return initCommand().exitOverride().parseAsync(args, { from: 'user' });
}

describe('a fresh site file', () => {
  const users = [1, 100, 499, 500, 1_000, 10_000];
  const domains = ['platform.example.org', 'example.org', 'a.b.c.example.org'];
  const kinds = ['vsphere', 'nutanix'] as const;
  const combinations = kinds.flatMap((hypervisor) =>
    users.flatMap((concurrentUsers) => domains.map((domain) => ({ hypervisor, concurrentUsers, domain }))),
  );

  it.each(combinations)('loads without a problem: $hypervisor, $concurrentUsers users, $domain', (choice) => {
    expect(problemLines(siteTemplate({ ...answers, ...choice }))).toEqual([]);
  });

  it('has one gap, named by validation, when no public key was found', () => {
    const lines = problemLines(siteTemplate({ ...answers, publicKey: undefined }));
    expect(lines).toEqual([expect.stringMatching(/administrators\[0\]\.keys: is empty\. Give at least 1$/)]);
  });

  it('keeps an example of every section it comments out, ready to be used', () => {
    const text = siteTemplate(answers).replaceAll(/^# (backup|syslog|mail|directory| {2}\w+):/gm, '$1:');
    const result = parseSite(text, 'site.yaml');
    expect('site' in result && Object.keys(result.site)).toEqual(
      expect.arrayContaining(['backup', 'syslog', 'mail', 'directory']),
    );
  });
});

describe('socle init', () => {
  it('writes the file with a new identity each time, the schema beside it, and says what to do next', async () => {
    await writeFile(join(folder, 'key.pub'), `${publicKey()}\n`);
    const identities: unknown[] = [];
    for (const name of ['a.yaml', 'b.yaml']) {
      const file = join(folder, name);
      await run(
        file,
        '--name',
        'site-b',
        '--users',
        '1000',
        '--hypervisor',
        'nutanix',
        '--key',
        join(folder, 'key.pub'),
      );
      const result = parseSite(await readFile(file, 'utf8'), name);
      expect(result).toMatchObject({
        site: { name: 'site-b', concurrentUsers: 1000, hypervisor: { kind: 'nutanix' } },
      });
      if ('site' in result) identities.push(result.site.uuid);
    }
    expect(new Set(identities).size).toBe(2);
    expect(JSON.parse(await readFile(join(folder, 'site.schema.json'), 'utf8'))).toHaveProperty(
      'properties.zones',
    );
    expect(output).toContain('socle validate');
  });

  it('never overwrites a file unless told to', async () => {
    const file = join(folder, 'site.yaml');
    await writeFile(join(folder, 'key.pub'), publicKey());
    await writeFile(file, 'precious');
    const error = await run(file, '--key', join(folder, 'key.pub')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: `${file}: it exists already. Choose another name, or overwrite it with --force`,
    });
    expect(await readFile(file, 'utf8')).toBe('precious');
    await run(file, '--force', '--key', join(folder, 'key.pub'));
    expect(await readFile(file, 'utf8')).toContain('name: site-a');
  });

  it.each([
    [['--users', '12.5'], 'concurrentUsers: 12.5 is not a whole number'],
    [['--domain', 'nodots'], 'domain: "nodots" is not a domain name'],
    [['--name', 'Site A'], 'name: "Site A" is not a site name'],
  ])('refuses %j and writes nothing', async (flags, message) => {
    await writeFile(join(folder, 'key.pub'), publicKey());
    const file = join(folder, 'site.yaml');
    const error = await run(file, '--key', join(folder, 'key.pub'), ...flags).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      exitCode: exitCodes.usage,
      message: expect.stringContaining(message) as string,
    });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('refuses a private key given as the public one, without showing it', async () => {
    await writeFile(join(folder, 'key'), '-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n');
    const error = (await run(join(folder, 'site.yaml'), '--key', join(folder, 'key')).catch(
      (caught: unknown) => caught,
    )) as Error;
    expect(error.message).toContain('private key');
    expect(error.message).not.toContain('canary');
  });
});

describe('socle validate', () => {
  const validate = (...args: string[]) => validateCommand().parseAsync(args, { from: 'user' });

  it('says that a right file is right and what to type next', async () => {
    await validate('examples/site-1000.yaml');
    expect(output).toContain('site demo-1000, 1,000 users, vsphere');
    expect(output).toContain('socle plan examples/site-1000.yaml');
  });

  it('gives the problems as JSON with --json and ends with code 15', async () => {
    const file = join(folder, 'site.yaml');
    await writeFile(file, 'name: site-a\n');
    await validate(file, '--json');
    const answer = JSON.parse(output) as { valid: boolean; problems: unknown[] };
    expect(answer.valid).toBe(false);
    expect(answer.problems).toContainEqual({
      file,
      line: 1,
      path: 'domain',
      message: 'is missing. Add it: docs/site-file.md says how',
    });
    expect(process.exitCode).toBe(exitCodes.siteFile);
  });

  it('shows the problems as a page otherwise', async () => {
    const file = join(folder, 'site.yaml');
    await writeFile(file, 'name: site-a\n');
    await expect(validate(file)).rejects.toThrow(
      /^site\.yaml: \d+ problems, nothing was started\n\n {2}site\.yaml:1 [^]*exit 15 \(site file\)$/,
    );
  });
});
