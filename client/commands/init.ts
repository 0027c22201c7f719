import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { exitCodes, UserError } from '../../config/errors.js';
import { parseSite } from '../../config/load.js';
import { siteJsonSchema } from '../../config/site-schema.js';
import { siteTemplate, type InitAnswers } from '../init-template.js';

type InitOptions = Pick<InitAnswers, 'name' | 'domain' | 'hypervisor' | 'administrator'> & {
  users: number;
  key?: string;
  force: boolean;
};

const schemaFile = 'site.schema.json';
const ownKeys = ['id_ed25519.pub', 'id_ecdsa.pub', 'id_rsa.pub'];

/** `socle init [FILE]`: writes a commented site file and, beside it, the JSON Schema that editors read. */
export function initCommand(): Command {
  return new Command('init')
    .description('write a commented site file to start from')
    .argument('[file]', 'site file to write', 'site.yaml')
    .addOption(
      new Option('--hypervisor <kind>', 'what makes the machines')
        .choices(['vsphere', 'nutanix'])
        .default('vsphere'),
    )
    .option('--name <name>', 'short name of the site', 'site-a')
    .option('--domain <domain>', 'domain of the platform', 'platform.example.org')
    .option('--users <number>', 'people working at the same time', Number, 100)
    .option('--administrator <name>', 'first administrator', 'admin-1')
    .option('--key <file>', "the administrator's SSH public key (default: yours, if there is one)")
    .option('--force', 'overwrite a file that exists', false)
    .action(async (file: string, options: InitOptions) => {
      const { text, publicKey } = await siteText(options);
      await writeNew(file, text, options.force);
      await writeFile(join(dirname(file), schemaFile), `${JSON.stringify(siteJsonSchema(), null, 2)}\n`);
      const gap =
        publicKey === undefined
          ? `\nNo SSH public key was found: put one under administrators, or use --key FILE.`
          : '';
      process.stdout.write(
        `${file} written, with ${schemaFile} beside it for your editor.${gap}\n` +
          `Next: fill in your networks and hypervisor, then   socle validate ${file}\n`,
      );
    });
}

/** The text for these flags. @throws UserError when a flag's value would make the file wrong. */
async function siteText(options: InitOptions): Promise<{ text: string; publicKey: string | undefined }> {
  const publicKey = await publicKeyOf(options.key);
  const { name, domain, hypervisor, administrator, users } = options;
  const answers = {
    name,
    domain,
    hypervisor,
    administrator,
    concurrentUsers: users,
    uuid: randomUUID(),
    publicKey,
    today: new Date().toISOString().slice(0, 10),
    schema: schemaFile,
  };
  const text = siteTemplate(answers);
  const result = parseSite(text, 'flags');
  const problems =
    'problems' in result
      ? result.problems.filter(({ path }) => publicKey !== undefined || path !== 'administrators[0].keys')
      : [];
  if (problems.length > 0)
    throw new UserError(
      problems.map(({ path, message }) => `${path}: ${message}`).join('\n'),
      exitCodes.usage,
    );
  return { text, publicKey };
}

async function publicKeyOf(file: string | undefined): Promise<string | undefined> {
  if (file !== undefined) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new UserError(`--key ${file}: it cannot be read (${error.code})`, exitCodes.usage);
    });
    return text.trim();
  }
  for (const name of ownKeys) {
    const text = await readFile(join(homedir(), '.ssh', name), 'utf8').catch(() => undefined);
    if (text !== undefined) return text.trim();
  }
  return undefined;
}

async function writeNew(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'EEXIST'
        ? 'it exists already. Choose another name, or overwrite it with --force'
        : `it cannot be written (${code})`;
    throw new UserError(`${file}: ${why}`, exitCodes.usage);
  }
}
