import { Command } from 'commander';
import { exitCodes, UserError } from '../../config/errors.js';
import { loadSite } from '../../config/load.js';
import { createSecrets, type Secrets } from '../../config/secrets.js';

const passwords: Readonly<Record<string, (secrets: Secrets) => string>> = {
  statistics: (secrets) => secrets.statisticsPassword(),
  'registry/node': (secrets) => secrets.registryPassword('node'),
  'registry/socle': (secrets) => secrets.registryPassword('socle'),
  'gogs/socle': (secrets) => secrets.gogsPassword('socle'),
  'gogs/argocd': (secrets) => secrets.gogsPassword('argocd'),
  'vault/break-glass/role-id': (secrets) => secrets.vaultRoleId('break-glass'),
  'vault/break-glass/secret-id': (secrets) => secrets.vaultSecretId('break-glass'),
};

/** `socle password FILE NAME`: what is derived from the master key and a person may need. Nothing stores it. */
export function passwordCommand(): Command {
  const names = Object.keys(passwords).join(', ');
  return new Command('password')
    .description(`print a password that the master key gives: ${names}`)
    .argument('<file>', 'site file')
    .argument(
      '<name>',
      'which one; its user is socle for statistics, and the last word for the registry and Gogs',
    )
    .action(async (file: string, name: string) => {
      const derive = passwords[name];
      if (derive === undefined)
        throw new UserError(`There is no password ${name}. There is: ${names}`, exitCodes.usage);
      process.stdout.write(`${derive(createSecrets(await loadSite(file), process.env))}\n`);
    });
}
