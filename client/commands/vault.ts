import { Command } from 'commander';
import { exitCodes, UserError } from '../../config/errors.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { createSecrets } from '../../config/secrets.js';
import { printJson, printLines } from '../output/print.js';
import { hiddenLine } from '../run/hidden-line.js';

/**
 * `socle vault`: what people do at Vault themselves. Shares and the root token go from here straight to Vault: neither
 * Temporal nor a worker sees them.
 */
export function vaultCommand(): Command {
  return new Command('vault')
    .description('what people do at Vault themselves: see its nodes, open them, give the root token')
    .addCommand(
      withFile('status', 'how each node is')
        .option('--json', 'print as JSON')
        .action((file: string, options: { json?: true }) => told(() => status(file, options))),
    )
    .addCommand(
      withFile('shares', "print custodians' encrypted shares and the root token; reads the master key")
        .option('--of <owner>', 'a custodian, or root-token; only that message, for base64 -d | gpg -d')
        .option('--json', 'print as JSON')
        .action((file: string, options: SharesOptions) => told(() => shares(file, options))),
    )
    .addCommand(
      withFile(
        'unseal',
        'give your share to every node until all are open; it is typed unseen, or piped in',
      ).action((file: string) => told(() => unseal(file))),
    )
    .addCommand(
      withFile(
        'configure',
        'configure Vault with the root token, typed unseen or piped in, and revoke it',
      ).action((file: string) => told(() => configure(file))),
    );
}

type SharesOptions = { of?: string; json?: true };

function withFile(name: string, description: string): Command {
  return new Command(name).description(description).argument('<file>', 'site file');
}

/** What went wrong at Vault or on a machine, as a person reads it. */
async function told(work: () => Promise<void>): Promise<void> {
  const { ApiError, NotReadyError, PermanentError, SshCommandError } =
    await import('../../activities/errors.js');
  try {
    await work();
  } catch (error) {
    if ([ApiError, NotReadyError, PermanentError, SshCommandError].some((kind) => error instanceof kind))
      throw new UserError((error as Error).message, exitCodes.failed);
    throw error;
  } finally {
    const { closeHosts } = await import('../../activities/clients/ssh/open-host.js');
    closeHosts();
  }
}

async function ofSite(file: string) {
  const site = await loadSite(file);
  const inventory = computeInventory(site);
  return {
    site,
    secrets: createSecrets(site, process.env),
    signal: new AbortController().signal,
    machines: inventory.machines.filter(({ group }) => group === 'vault'),
    plan: { site, ...inventory },
  };
}

const byHand = () => import('../../activities/roles/3-base-infrastructure/vault/by-hand.js');

async function status(file: string, { json }: { json?: true }): Promise<void> {
  const { nodeReports } = await byHand();
  const reports = await nodeReports(await ofSite(file));
  if (json) return printJson({ nodes: reports });
  const width = Math.max(...reports.map(({ machine }) => machine.length));
  printLines(
    reports.map(({ machine, state, version, shares: given }) =>
      [machine.padEnd(width), state.padEnd('uninitialised'.length), version ?? '', given ?? '']
        .join('  ')
        .trimEnd(),
    ),
  );
}

async function shares(file: string, { of, json }: SharesOptions): Promise<void> {
  const { encryptedShares } = await byHand();
  const all = await encryptedShares(await ofSite(file));
  const chosen = of === undefined ? all : all.filter(({ owner }) => owner === of);
  if (chosen.length === 0)
    throw new UserError(
      `Nothing is kept for "${of}". There is: ${all.map(({ owner }) => owner).join(', ')}`,
      exitCodes.notFound,
    );
  if (json) return printJson({ encrypted: chosen });
  printLines(
    of === undefined ? chosen.map(({ owner, message }) => `${owner}: ${message}`) : [chosen[0]!.message],
  );
}

async function unseal(file: string): Promise<void> {
  const context = await ofSite(file);
  const share = await secretLine('Your share, which is not shown: ', `gpg -d | socle vault unseal ${file}`);
  const { giveShareToAll } = await byHand();
  await giveShareToAll(context, share, (line) => process.stdout.write(`${line}\n`));
}

async function configure(file: string): Promise<void> {
  const context = await ofSite(file);
  const token = await secretLine(
    'The root token, which is not shown: ',
    `gpg -d | socle vault configure ${file}`,
  );
  const { configureByHand } = await byHand();
  const changes = await configureByHand(context, token, (what) => process.stdout.write(`${what}\n`));
  printLines([`${changes.length} changes. Next: socle retry ${context.site.name}`]);
}

async function secretLine(question: string, example: string): Promise<string> {
  const line = await hiddenLine(question);
  if (line === '') throw new UserError(`Nothing was given. For example: … | ${example}`, exitCodes.usage);
  return line;
}
