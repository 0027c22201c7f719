import { afterEach, expect, test, vi } from 'vitest';
import { passwordCommand } from '../../client/commands/password.js';
import { createSecrets } from '../../config/secrets.js';
import { loadSite } from '../../config/load.js';

const file = 'examples/site-100.yaml';
const environment = { SOCLE_MASTER_KEY: '11'.repeat(32) };

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function printed(name: string): Promise<string> {
  vi.stubEnv('SOCLE_MASTER_KEY', environment.SOCLE_MASTER_KEY);
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => ((text += String(part)), true));
  await passwordCommand().parseAsync([file, name], { from: 'user' });
  return text;
}

test('each name prints the one password that the site has for it, and nothing else', async () => {
  const secrets = createSecrets(await loadSite(file), environment);
  expect(await printed('statistics')).toBe(`${secrets.statisticsPassword()}\n`);
  expect(await printed('registry/node')).toBe(`${secrets.registryPassword('node')}\n`);
  expect(await printed('registry/socle')).not.toBe(await printed('registry/node'));
});

test('another name is refused with the names that there are', async () => {
  await expect(printed('vault')).rejects.toThrow(
    'There is no password vault. There is: statistics, registry/node, registry/socle',
  );
});
