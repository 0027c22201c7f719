import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { dirname } from 'node:path/posix';
import { CommandError, type CommandContext, type Ran, type SimulatedCommand } from '../command.js';
import { certificateRequest } from '../certificate-request.js';
import { parseOptions, type Parsed } from './options.js';

type Subcommand = (args: readonly string[], context: CommandContext) => Promise<Partial<Ran>>;

/** Keys, requests and certificates as OpenSSL 3.0 reads and makes them, with the cryptography of Node. */
const subcommands: Readonly<Record<string, Subcommand>> = { pkey, genpkey, req, x509 };

export const opensslCommands: readonly SimulatedCommand[] = [
  {
    name: 'openssl',
    run: async ([name = '', ...args], context) => {
      const subcommand = subcommands[name];
      if (subcommand === undefined) throw new CommandError(`openssl: ${name} is not simulated`);
      return subcommand(args, context);
    },
  },
];

async function pkey(args: readonly string[], context: CommandContext): Promise<Partial<Ran>> {
  const { options } = parsed('pkey', args, { '-in': 'value', '-noout': 'flag', '-pubout': 'flag' });
  const key = await privateKey(context, required('pkey', options, '-in'), 'key');
  if (options.has('-noout')) return {};
  return { stdout: options.has('-pubout') ? publicPem(createPublicKey(key)) : privatePem(key) };
}

async function genpkey(args: readonly string[], context: CommandContext): Promise<Partial<Ran>> {
  const { options } = parsed('genpkey', args, {
    '-algorithm': 'value',
    '-pkeyopt': 'value',
    '-out': 'value',
  });
  const algorithm = required('genpkey', options, '-algorithm');
  const [name, curve] = required('genpkey', options, '-pkeyopt').split(':');
  if (
    algorithm !== 'EC' ||
    name !== 'ec_paramgen_curve' ||
    args.filter((word) => word === '-pkeyopt').length > 1
  )
    throw new CommandError('genpkey: only -algorithm EC -pkeyopt ec_paramgen_curve:CURVE is simulated');
  if (curve !== 'P-256' && curve !== 'P-384') throw new CommandError('genpkey: Error generating EC key');
  const made = privatePem(generateKeyPairSync('ec', { namedCurve: curve }).privateKey);
  const out = options.get('-out');
  if (out === undefined) return { stdout: made };
  const { files } = context.machine;
  const path = files.resolvePath(context.cwd, out);
  if (!(await files.exists(dirname(path))))
    throw new CommandError(`genpkey: Can't open "${out}" for writing, No such file or directory`);
  const isNew = !(await files.exists(path));
  await files.writeFile(path, made);
  // Its owner's alone, whatever the mask.
  if (isNew) await files.chmod(path, 0o600);
  return {};
}

async function req(args: readonly string[], context: CommandContext): Promise<Partial<Ran>> {
  const { options } = parsed('req', args, { '-new': 'flag', '-key': 'value', '-subj': 'value' });
  if (!options.has('-new')) throw new CommandError('req: only -new is simulated');
  const key = await privateKey(context, required('req', options, '-key'), 'private key');
  return { stdout: certificateRequest(key, required('req', options, '-subj')) };
}

async function x509(args: readonly string[], context: CommandContext): Promise<Partial<Ran>> {
  const { options } = parsed('x509', args, { '-in': 'value', '-noout': 'flag', '-pubkey': 'flag' });
  const path = required('x509', options, '-in');
  const block = await pemIn(context, path, 'certificate', 'CERTIFICATE');
  const certificate = readOr(() => new X509Certificate(block), 'certificate', path);
  return {
    stdout:
      (options.has('-pubkey') ? publicPem(certificate.publicKey) : '') +
      (options.has('-noout') ? '' : certificate.toString()),
  };
}

function parsed(name: string, args: readonly string[], known: Record<string, 'flag' | 'value'>): Parsed {
  const result = parseOptions(name, args, known, 1);
  if (result.rest.length > 0) throw new CommandError(`${name}: Use -help for summary.`);
  return result;
}

function required(name: string, options: Parsed['options'], option: string): string {
  const value = options.get(option);
  if (value === undefined || value === '')
    throw new CommandError(`${name}: without ${option} is not simulated`);
  return value;
}

/** The first private key of a file that may hold more than that. */
async function privateKey(context: CommandContext, path: string, what: string): Promise<KeyObject> {
  const block = await pemIn(context, path, what, '(?:EC )?PRIVATE KEY');
  const key = readOr(() => createPrivateKey(block), what, path);
  if (key.asymmetricKeyType !== 'ec') throw new CommandError(`openssl: ${path}: only EC keys are simulated`);
  return key;
}

async function pemIn(context: CommandContext, path: string, what: string, label: string): Promise<string> {
  const { files } = context.machine;
  const text = await files.text(files.resolvePath(context.cwd, path));
  if (text === undefined)
    throw new CommandError(`Could not open file or uri for loading ${what} from ${path}`);
  const block = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(text)?.[0];
  if (block === undefined) throw unreadable(what, path);
  return block;
}

function readOr<Value>(read: () => Value, what: string, path: string): Value {
  try {
    return read();
  } catch {
    throw unreadable(what, path);
  }
}

function unreadable(what: string, path: string): CommandError {
  return new CommandError(`Could not read ${what} from ${path}`);
}

function publicPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
