export type Line = { number: number; text: string };
export type Section = { kind: 'global' | 'defaults' | 'frontend' | 'backend'; name: string; lines: Line[] };

const address = String.raw`\d+\.\d+\.\d+\.\d+`;
const network = String.raw`${address}(/\d+)?`;
const time = String.raw`\d+(ms|s|m|h)?`;
const path = String.raw`/\S+`;
const name = String.raw`[\w.-]+`;

const common = [
  'mode (tcp|http)',
  'log global',
  'option (tcplog|httplog|dontlognull|dontlog-normal|clitcpka|srvtcpka|redispatch|httpchk)',
  `timeout (connect|check|client|client-fin|server|tunnel|http-request) ${time}`,
  'maxconn \\d+',
];

/** The directives that are known in each section, of HAProxy 2.6; every other is refused, as HAProxy refuses a wrong one. */
const known: Readonly<Record<Section['kind'], RegExp[]>> = {
  global: patterns([
    'log /dev/log local\\d \\w+',
    `(chroot|pidfile) ${path}`,
    `(user|group) ${name}`,
    'daemon',
    'maxconn \\d+',
    `hard-stop-after ${time}`,
    `stats socket ${path} mode \\d+ level admin`,
    `stats timeout ${time}`,
    'ssl-default-bind-options ssl-min-ver TLSv1\\.[23]( no-tls-tickets)?',
  ]),
  defaults: patterns([
    ...common,
    'retries \\d+',
    'balance (leastconn|roundrobin)',
    `default-server( (inter|fastinter|downinter) ${time}| (rise|fall) \\d+| on-marked-down shutdown-sessions)+`,
  ]),
  frontend: patterns([
    ...common,
    `bind ${address}:\\d+( ssl crt ${path})?( alpn [\\w.,/]+)?`,
    `bind unix@${path} mode \\d+`,
    `acl allowed src( ${network})+`,
    `acl authorised req\\.hdr\\(authorization\\) -m str -f ${path}`,
    'tcp-request connection reject unless allowed',
    'tcp-request connection track-sc0 src',
    'tcp-request connection reject if \\{ sc0_conn_(cur|rate) gt \\d+ \\}',
    `tcp-request inspect-delay ${time}`,
    'tcp-request content accept if \\{ req\\.ssl_hello_type 1 \\}',
    'tcp-request content reject',
    `stick-table type ip size \\w+ expire ${time} store conn_cur,conn_rate\\(${time}\\)`,
    'http-request auth realm \\w+ unless authorised',
    'http-request use-service prometheus-exporter if \\{ path /metrics \\}',
    'http-request redirect scheme https code 301',
    `http-request return status 200 content-type text/plain string ${name}`,
    `stats (enable|uri /|refresh ${time})`,
    `use_backend ${name} if \\{ req\\.ssl_sni -m (str|reg) -i \\S+ \\}`,
    `default_backend ${name}`,
  ]),
  backend: patterns([
    ...common,
    `http-check send meth GET uri /\\S* ver HTTP/1\\.1 hdr Host ${name}`,
    'http-check expect status [\\d,]+',
    `server ${name} ${address}:\\d+ check( check-ssl verify none)?( send-proxy-v2)?( backup)?`,
  ]),
};

function patterns(texts: readonly string[]): RegExp[] {
  return texts.map((text) => new RegExp(`^${text}$`));
}

/** Takes a text apart. @throws Error in HAProxy's words for the first line that it would not take */
export function parseSections(text: string, file: string): Section[] {
  const sections: Section[] = [];
  const alert = (number: number, message: string): Error =>
    new Error(`[ALERT] config : parsing [${file}:${number}] : ${message}`);
  for (const [index, raw] of text.split('\n').entries()) {
    const [number, line] = [index + 1, raw.replace(/#.*$/, '').trim()];
    if (line === '') continue;
    const [, kind, title = ''] = /^(global|defaults|frontend|backend)\b\s*(\S*)$/.exec(line) ?? [];
    if (kind !== undefined) {
      if (sections.some((other) => other.kind === kind && other.name === title))
        throw alert(number, `${kind} '${title}' has the same name as another one.`);
      sections.push({ kind: kind as Section['kind'], name: title, lines: [] });
      continue;
    }
    const section = sections.at(-1);
    if (!section) throw alert(number, `unknown keyword '${line.split(/\s/)[0]}' out of section.`);
    const words = line.split(/\s+/);
    if (words.length > 64) throw alert(number, 'line too long');
    if (!known[section.kind].some((pattern) => pattern.test(words.join(' '))))
      throw alert(number, `unknown keyword '${line}' in '${section.kind}' section`);
    section.lines.push({ number, text: words.join(' ') });
  }
  return sections;
}
