import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { bitString, context, integer, objectId, sequence, set, utf8 } from '../../der.js';
import { CommandError, type CommandContext, type Ran, type SimulatedCommand } from '../command.js';
import { parseOptions } from './options.js';

type Verb = (args: readonly string[], context: CommandContext) => Promise<Partial<Ran> | void>;

const verbs: Readonly<Record<string, Verb>> = {
  genpkey: async (args, { machine, cwd }) => {
    const { options } = parseOptions('genpkey', args, {
      '-algorithm': 'value',
      '-pkeyopt': 'value',
      '-out': 'value',
    });
    if (options.get('-algorithm') !== 'EC' || options.get('-pkeyopt') !== 'ec_paramgen_curve:P-256')
      throw new CommandError('genpkey: only EC keys on P-256 are simulated');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = machine.files.resolvePath(cwd, options.get('-out') ?? '');
    await machine.files.writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    await machine.files.chmod(file, 0o600);
  },
  pkey: async (args, commandContext) => {
    const { options } = parseOptions('pkey', args, { '-in': 'value', '-pubout': 'flag', '-noout': 'flag' });
    const key = await privateKeyIn(commandContext, options.get('-in') ?? '');
    return options.has('-noout') ? undefined : { stdout: publicPem(createPublicKey(key)) };
  },
  req: async (args, commandContext) => {
    const { options } = parseOptions('req', args, { '-new': 'flag', '-key': 'value', '-subj': 'value' });
    const common = /^\/CN=([\w.-]+)$/.exec(options.get('-subj') ?? '')?.[1];
    if (!options.has('-new') || common === undefined)
      throw new CommandError('req: only -new -subj /CN= is simulated');
    return { stdout: requestOf(await privateKeyIn(commandContext, options.get('-key') ?? ''), common) };
  },
  x509: async (args, commandContext) => {
    const { options } = parseOptions('x509', args, { '-in': 'value', '-noout': 'flag', '-pubkey': 'flag' });
    const text = await textOf(commandContext, options.get('-in') ?? '');
    if (!options.has('-noout') || !options.has('-pubkey') || !text.includes('BEGIN CERTIFICATE'))
      throw new CommandError('Could not read certificate');
    return { stdout: publicPem(new X509Certificate(text).publicKey) };
  },
};

/** OpenSSL, with real keys and signatures, as far as certificates of machines need it. */
export const opensslCommands: readonly SimulatedCommand[] = [
  {
    name: 'openssl',
    run: async ([verb = '', ...args], commandContext) => {
      const action = verbs[verb];
      if (!action) throw new CommandError(`Invalid command '${verb}'; type "help" for a list.`);
      return action(args, commandContext);
    },
  },
];

async function textOf({ machine, cwd }: CommandContext, path: string): Promise<string> {
  const text = await machine.files.text(machine.files.resolvePath(cwd, path));
  if (text === undefined) throw new CommandError(`Could not open file or uri for loading from ${path}`);
  return text;
}

async function privateKeyIn(commandContext: CommandContext, path: string): Promise<KeyObject> {
  const text = await textOf(commandContext, path);
  const [pem] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text) ?? [];
  if (pem === undefined) throw new CommandError(`Could not read private key from ${path}`);
  return createPrivateKey(pem);
}

function publicPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

/** A signing request without extensions (RFC 2986). */
function requestOf(key: KeyObject, common: string): string {
  const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
  const body = sequence(
    integer(0),
    sequence(set(sequence(objectId('2.5.4.3'), utf8(common)))),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    context(0, Buffer.alloc(0)),
  );
  const der = sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, key)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}
