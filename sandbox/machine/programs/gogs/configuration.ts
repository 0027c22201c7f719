import type { SimulatedMachine } from '../../machine.js';
import type { Endpoint } from '../listening.js';
import { pairOf } from '../vault/configuration.js';
import { booleanOf, parseIni } from './ini.js';

/** What one Gogs was started with. */
export type GogsConfiguration = {
  /** With `/` at its end. */
  externalUrl: string;
  listen:
    { kind: 'unix'; path: string } | { kind: 'tls'; endpoint: Endpoint; key: string; certificate: string };
  database: string;
  repositories: string;
  defaultBranch: string;
  /** Absent when SSH is switched off: deploy keys are refused then. */
  sshPort: number | undefined;
  /** Names of hosts in private networks that hooks may go to. */
  hookHosts: readonly string[];
  disableRegistration: boolean;
  registrationCaptcha: boolean;
  requireSignIn: boolean;
};

/**
 * Reads app.ini as `gogs web --config` of version 0.14 does; it passes over keys that it does not know, and so does this.
 * @param account that the unit runs it as
 * @throws Error in the program's words, and for what is not simulated
 */
export async function readConfiguration(
  machine: SimulatedMachine,
  file: string,
  account: string,
): Promise<GogsConfiguration> {
  const text = await machine.files.text(file);
  // Without its file Gogs goes on with its defaults, and would ask to be installed.
  if (text === undefined) throw new Error(`Custom config "${file}" not found: /install is not simulated`);
  const ini = parseIni(text);
  const { server = {}, database = {}, repository = {}, security = {}, auth = {} } = ini;
  const runUser = ini['']?.['RUN_USER'] ?? 'git';
  if (!booleanOf(security['INSTALL_LOCK'], false))
    throw new Error('INSTALL_LOCK is not true: everything leads to /install, which is not simulated');
  if (runUser !== account)
    throw new Error(
      `Failed to initialize application: init configuration: user configured to run Gogs is "${runUser}", but the current user is "${account}"`,
    );
  if (database['TYPE'] !== 'sqlite3')
    throw new Error(`database type ${database['TYPE'] ?? 'postgres'} is not simulated`);
  for (const [name, path] of Object.entries({ PATH: database['PATH'], ROOT: repository['ROOT'] }))
    if (path?.startsWith('/') !== true) throw new Error(`${name}: only an absolute path is simulated`);
  if (booleanOf(auth['REQUIRE_EMAIL_CONFIRMATION'], false))
    throw new Error('REQUIRE_EMAIL_CONFIRMATION is not simulated');
  const port = server['HTTP_PORT'] ?? '3000';
  return {
    externalUrl: (server['EXTERNAL_URL'] ?? `https://localhost:${port}`).replace(/\/?$/, '/'),
    listen: await listenOf(machine, server, port),
    database: database['PATH']!,
    repositories: repository['ROOT']!,
    defaultBranch: repository['DEFAULT_BRANCH'] ?? 'master',
    sshPort: booleanOf(server['DISABLE_SSH'], false) ? undefined : Number(server['SSH_PORT'] ?? 22),
    hookHosts: (security['LOCAL_NETWORK_ALLOWLIST'] ?? '').split(',').map((host) => host.trim()),
    disableRegistration: booleanOf(auth['DISABLE_REGISTRATION'], false),
    registrationCaptcha: booleanOf(auth['ENABLE_REGISTRATION_CAPTCHA'], true),
    requireSignIn: booleanOf(auth['REQUIRE_SIGNIN_VIEW'], false),
  };
}

async function listenOf(
  machine: SimulatedMachine,
  server: Readonly<Record<string, string>>,
  port: string,
): Promise<GogsConfiguration['listen']> {
  const { PROTOCOL: protocol = 'http', HTTP_ADDR: address = '0.0.0.0' } = server;
  if (protocol === 'unix') {
    const folder = address.slice(0, address.lastIndexOf('/')) || '/';
    if (!address.startsWith('/') || !(await machine.files.exists(folder)))
      throw new Error(`Failed to listen on Unix networks: listen unix ${address}: bind: no such file`);
    return { kind: 'unix', path: address };
  }
  if (protocol !== 'https') throw new Error(`PROTOCOL = ${protocol} is not simulated`);
  if (address !== '0.0.0.0' && address !== machine.address)
    throw new Error(`Failed to start server: listen tcp ${address}:${port}: cannot assign requested address`);
  const read = async (path: string): Promise<string> => {
    const content = await machine.files.text(path);
    if (content === undefined)
      throw new Error(`Failed to start server: open ${path}: no such file or directory`);
    return content;
  };
  const { CERT_FILE: certificate = 'custom/https/cert.pem', KEY_FILE: key = 'custom/https/key.pem' } = server;
  return {
    kind: 'tls',
    endpoint: { address: machine.address, port: Number(port) },
    ...(await pairOf(read, certificate, key)),
  };
}
