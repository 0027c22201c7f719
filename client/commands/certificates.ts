import { Command } from 'commander';
import { declarationOf } from '../../activities/registry.js';
import { roles } from '../../activities/roles/index.js';
import { authorityOf, authorityRequest, type Authority } from '../../config/certificates/authority.js';
import { certificateFacts, type CertificateFacts } from '../../config/certificates/facts.js';
import { certificatesIn } from '../../config/certificates/pem.js';
import { certificatesOperation } from '../../config/certificates/report.js';
import { exitCodes, UserError } from '../../config/errors.js';
import { loadSite } from '../../config/load.js';
import { createSecrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import { connected, type Connected } from '../connect.js';
import { certificateLines, seenCertificateLines } from '../output/certificates.js';
import { printJson, printLines } from '../output/print.js';
import { planSite } from '../plan-site.js';
import { createNews } from '../run/news.js';
import { rolesWithCertificates, seenCertificates, type SeenCertificate } from '../run/seen-certificates.js';
import { startRun } from '../run/start-run.js';
import { watchRun } from '../run/watch-run.js';
import { whoAmI } from '../who.js';

type Options = { root: boolean; request: boolean; authority: boolean; json: boolean };

/** `socle certificates FILE`: every certificate of the platform, and what your own authority has to sign. */
export function certificatesCommand(): Command {
  return new Command('certificates')
    .description(
      'list every certificate of the platform and what needs you, its root, or the request for yours; reads the master key',
    )
    .argument('[file]', 'site file', 'site.yaml')
    .option('--root', 'print the root as PEM, for browsers and other systems', false)
    .option('--request', 'print the signing request for your own authority as PEM', false)
    .option('--authority', "only the platform's authority, which needs no worker", false)
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
      const facts = authorityFacts(site, authority);
      const seen = options.authority
        ? undefined
        : await connected((connection) => lookAtMachines(connection, file, site));
      if (options.json) printJson({ site: site.name, certificates: facts, ...(seen && { machines: seen }) });
      else
        printLines([
          ...certificateLines(site.name, facts, new Date()),
          ...(seen ? ['', ...seenCertificateLines(seen, new Date())] : []),
          '',
          `To trust it elsewhere: socle certificates ${file} --root > root.pem`,
        ]);
      if (seen?.some(({ problems }) => problems.length > 0)) process.exitCode = exitCodes.changesPending;
    });
}

function authorityFacts({ certificates }: Site, { root, above }: Authority): CertificateFacts[] {
  return [
    certificateFacts(
      certificates.root === 'platform' ? 'Root of the platform' : 'Root of your organisation',
      root,
    ),
    ...certificatesIn(above)
      .reverse()
      .map((one, index, { length }) =>
        certificateFacts(index === length - 1 ? 'Authority of the platform' : 'In between', one),
      ),
  ];
}

/** Has workers look, beside whatever else is under way; says on standard error what it waits for. */
async function lookAtMachines(connection: Connected, file: string, site: Site): Promise<SeenCertificate[]> {
  const role = rolesWithCertificates(site, roles.map(declarationOf));
  const planned = await planSite(file, 'check', { operation: { role, name: certificatesOperation } });
  const { workflowId } = await startRun(connection, planned, {
    startedBy: whoAmI(undefined),
    onFailure: 'abort',
    approveAll: false,
    ignorePreflight: [],
  });
  const view = await watchRun(connection.client, workflowId, {
    screen: createNews((line) => void process.stderr.write(`${line}\n`)),
    intervalMs: 500,
    signal: new AbortController().signal,
  });
  if (view?.status !== 'COMPLETED')
    throw new UserError(
      `${workflowId}: ${view?.failure ?? 'the look at the machines did not end'}`,
      exitCodes.failed,
    );
  return seenCertificates(view);
}
