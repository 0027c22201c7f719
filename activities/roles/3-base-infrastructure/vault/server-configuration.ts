import type { ServerSettings } from './server-settings.js';

/**
 * The configuration file of one node. It holds no secret.
 * - `disable_mlock` must be said since Vault 1.20; with raft its storage is mapped into memory and would be locked whole.
 * - `performance_multiplier` 1: a lost leader is noticed after a second instead of five.
 * - No `telemetry`: nothing is sent or shown to anybody who is not logged in.
 * @see https://developer.hashicorp.com/vault/docs/configuration
 */
export function serverConfiguration(settings: ServerSettings): string {
  const { nodeId, address, others, storage, certificateFile, keyFile, authorityFile, transit } = settings;
  const api = `${address}:${settings.apiPort}`;
  const cluster = `${address}:${settings.clusterPort}`;
  return `${[
    attributes({
      api_addr: `https://${api}`,
      cluster_addr: `https://${cluster}`,
      disable_mlock: true,
      ui: true,
      log_format: 'json',
    }),
    block('listener "tcp"', [
      attributes({
        address: api,
        cluster_address: cluster,
        tls_cert_file: certificateFile,
        tls_key_file: keyFile,
        tls_min_version: 'tls12',
      }),
    ]),
    block('storage "raft"', [
      attributes({ path: storage, node_id: nodeId, performance_multiplier: 1 }),
      ...others.map((other) =>
        block('retry_join', [attributes({ leader_api_addr: other, leader_ca_cert_file: authorityFile })]),
      ),
    ]),
    ...(transit === undefined
      ? []
      : [
          block('seal "transit"', [
            attributes({
              address: transit.url,
              mount_path: 'transit/',
              key_name: transit.key,
              ...(transit.authorityFile === undefined ? {} : { tls_ca_cert: transit.authorityFile }),
            }),
          ]),
        ]),
  ].join('\n\n')}\n`;
}

function attributes(values: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? quoted(value) : value}`)
    .join('\n');
}

function block(header: string, parts: readonly string[]): string {
  return `${header} {\n${parts.join('\n\n').replace(/^(?=.)/gm, '  ')}\n}`;
}

/** HCL's strings are JSON's, but for templates, which begin with `${` or `%{`. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[$%](?=\{)/g, '$&$&');
}
