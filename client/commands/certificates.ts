import { Command } from 'commander';
import { authorityOf, authorityRequest } from '../../config/certificates/authority.js';
import { certificateFacts } from '../../config/certificates/facts.js';
import { certificatesIn } from '../../config/certificates/pem.js';
import { exitCodes, UserError } from '../../config/errors.js';
import { loadSite } from '../../config/load.js';
import { createSecrets } from '../../config/secrets.js';
import { certificateLines } from '../output/certificates.js';
import { printJson, printLines } from '../output/print.js';

type Options = { root: boolean; request: boolean; json: boolean };

/** `socle certificates FILE`: what signs the platform's certificates, and what your own authority has to sign. */
export function certificatesCommand(): Command {
  return new Command('certificates')
    .description("show the platform's authority, its root, or the request for yours; reads the master key")
    .argument('[file]', 'site file', 'site.yaml')
    .option('--root', 'print the root as PEM, for browsers and other systems', false)
    .option('--request', 'print the signing request for your own authority as PEM', false)
    .option('--json', 'print the facts as JSON', false)
    .action(async (file: string, options: Options) => {
      const site = await loadSite(file);
      const secrets = createSecrets(site, process.env);
      if (options.request) {
        if (site.certificates.root === 'platform')
          throw new UserError(
            `${file}: certificates.root is platform, which asks nobody. Set it to customer first.`,
            exitCodes.usage,
          );
        process.stdout.write(authorityRequest(site, secrets));
        return;
      }
      const authority = await authorityOf(site, secrets).catch((error: Error) => {
        throw new UserError(
          `${error.message}\nThe request: socle certificates ${file} --request`,
          exitCodes.prerequisite,
        );
      });
      if (options.root) {
        process.stdout.write(authority.root);
        return;
      }
      const facts = [
        certificateFacts(
          site.certificates.root === 'platform' ? 'Root of the platform' : 'Root of your organisation',
          authority.root,
        ),
        ...certificatesIn(authority.above)
          .reverse()
          .map((one, index, { length }) =>
            certificateFacts(index === length - 1 ? 'Authority of the platform' : 'In between', one),
          ),
      ];
      if (options.json) return printJson({ site: site.name, certificates: facts });
      printLines([
        ...certificateLines(site.name, facts, new Date()),
        '',
        `To trust it elsewhere: socle certificates ${file} --root > root.pem`,
      ]);
    });
}
