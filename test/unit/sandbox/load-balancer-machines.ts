import { readFileSync } from 'node:fs';
import { statisticsLogin } from '../../../activities/roles/3-base-infrastructure/load-balancer/haproxy.js';
import { checkScript } from '../../../activities/roles/3-base-infrastructure/load-balancer/keepalived.js';
import { machineCertificate } from '../load-balancer/certificate.js';
import type { Sandbox } from './sandbox-fixture.js';

export const checkPath = '/etc/keepalived/check-haproxy';

/** Installs both programs and curl from the mirror. */
export async function installBalancer(sandbox: Sandbox, name: string): Promise<void> {
  const { exitCode, stderr } = await sandbox.run(
    name,
    'apt-get update && apt-get install -y haproxy keepalived curl netcat-openbsd nftables',
  );
  if (exitCode !== 0) throw new Error(stderr);
}

export async function write(
  sandbox: Sandbox,
  name: string,
  path: string,
  content: string,
  mode = 0o644,
): Promise<void> {
  const { files } = sandbox.machine(name);
  await files.mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  await files.writeFile(path, content);
  await files.chmod(path, mode);
}

/** What Socle's texts of a balancer name: the check, the statistics' login and certificate. */
export async function writeCompanions(sandbox: Sandbox, name: string, owner = name): Promise<void> {
  await write(sandbox, name, checkPath, checkScript, 0o700);
  await write(sandbox, name, '/etc/haproxy/statistics-login', statisticsLogin('a-password'));
  const certificate = await machineCertificate(owner, sandbox.addressOf(name));
  await write(sandbox, name, `/etc/socle/tls/${owner}.pem`, certificate);
}

/** A text that the role is held to write. */
export function goldenText(file: string): string {
  return readFileSync(new URL(`../../golden/load-balancer/${file}`, import.meta.url), 'utf8');
}

/** The smallest haproxy.cfg that listens. */
export function smallText(address: string, port = 8080, rest = ''): string {
  return `global
    maxconn 100
defaults
    mode tcp
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    timeout check 1s
frontend entry
    bind ${address}:${port}
    default_backend servers
frontend health
    mode http
    bind unix@/run/haproxy/health.sock mode 600
    http-request return status 200 content-type text/plain string in-force
backend servers
${rest}`;
}
