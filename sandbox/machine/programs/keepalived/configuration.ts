export type Vrrp = {
  name: string;
  routerId: number;
  priority: number;
  advertSeconds: number;
  source: string;
  peers: string[];
  addresses: string[];
  card: string;
  script: { path: string; intervalSeconds: number; rise: number; fall: number };
};

const known = [
  /^router_id \S+$/,
  /^vrrp_version [23]$/,
  /^vrrp_garp_master_refresh \d+$/,
  /^enable_script_security$/,
  /^script_user root$/,
  /^script "\/\S+"$/,
  /^(interval|timeout|rise|fall) \d+$/,
  /^state BACKUP$/,
  /^interface \S+$/,
  /^virtual_router_id \d+$/,
  /^priority \d+$/,
  /^advert_int [\d.]+$/,
  /^unicast_src_ip [\d.]+$/,
  /^[\d.]+ min_ttl 255 max_ttl 255$/,
  /^[\d.]+\/32 dev \S+$/,
  /^(global_defs|unicast_peer|virtual_ipaddress|track_script|vrrp_script [\w-]+|vrrp_instance [\w-]+) \{$/,
  /^[\w-]+$/,
  /^\}$/,
];

/**
 * Reads keepalived.conf with the definitions of the file that it includes.
 * @throws Error in keepalived's words
 */
export function readConfiguration(text: string, included: (path: string) => string | undefined): Vrrp {
  let whole = text.replace(/#.*$/gm, '');
  const include = /^includer (\S+)$/m.exec(whole)?.[1];
  if (include !== undefined) {
    const definitions = included(include);
    if (definitions === undefined)
      throw new Error(`Unable to find config file ${include} (glob returned no match)`);
    whole = whole.replace(/^includer .*$/m, '');
    for (const [, name = '', value = ''] of definitions.matchAll(/^\$(\w+)=(\S+)$/gm))
      whole = whole.replaceAll(`$${name}`, value);
  }
  const lines = whole
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  for (const line of lines)
    if (!known.some((pattern) => pattern.test(line)))
      throw new Error(`Unknown keyword '${line.split(' ')[0]}'`);
  if (lines.filter((line) => line.endsWith('{')).length !== lines.filter((line) => line === '}').length)
    throw new Error('There are unmatched braces');
  const value = (key: string): string => {
    const line = lines.find((one) => one.startsWith(`${key} `));
    if (line === undefined) throw new Error(`${key} is missing`);
    return line.slice(key.length + 1).replace(/ \{$/, '');
  };
  const advertSeconds = Number(value('advert_int'));
  if (value('vrrp_version') === '2' && !Number.isInteger(advertSeconds))
    throw new Error('(VRRPv2) advert_int must be a whole number of seconds');
  return {
    name: value('vrrp_instance'),
    routerId: Number(value('virtual_router_id')),
    priority: Number(value('priority')),
    advertSeconds,
    source: value('unicast_src_ip'),
    peers: lines.filter((line) => line.includes(' min_ttl ')).map((line) => line.split(' ')[0]!),
    addresses: lines.filter((line) => line.includes('/32 dev ')).map((line) => line.split('/')[0]!),
    card: value('interface'),
    script: {
      path: value('script').replaceAll('"', ''),
      intervalSeconds: Number(value('interval')),
      rise: Number(value('rise')),
      fall: Number(value('fall')),
    },
  };
}
