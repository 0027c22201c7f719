import type { Flow } from '../../config/ports/flows.js';
import type { Site } from '../../config/site.js';

/** Flows of one rule with the same ports, gathered: what a network team opens in one go. */
export type PortRow = {
  rule: number;
  from: string[];
  fromAddresses: string[];
  to: string[];
  toAddresses: string[];
  ports: string;
  protocol: string;
  why: string;
  phase: number;
  dmzInwards: boolean;
};

/** Gathers single flows into rows by rule, ports and direction. */
export function portRows(flows: readonly Flow[]): PortRow[] {
  const rows = new Map<string, PortRow>();
  for (const { rule, from, to, ports, protocol, why, phase, dmzInwards } of flows) {
    const key = [rule, ports.join(), dmzInwards].join(' ');
    const row = rows.get(key) ?? {
      rule,
      from: [],
      fromAddresses: [],
      to: [],
      toAddresses: [],
      ports: ports.join(', ') || '–',
      protocol,
      why,
      phase,
      dmzInwards,
    };
    add(row.from, from.name);
    add(row.fromAddresses, from.address);
    add(row.to, to.name);
    add(row.toAddresses, to.address);
    rows.set(key, row);
  }
  return [...rows.values()];
}

/** The rows as CSV (RFC 4180); a field that a spreadsheet would take for a formula is made text. */
export function portsCsv(rows: readonly PortRow[]): string {
  const head = [
    'rule',
    'from',
    'from addresses',
    'to',
    'to addresses',
    'ports',
    'protocol',
    'why',
    'phase',
    'from the DMZ inwards',
  ];
  const lines = rows.map((row) => [
    String(row.rule),
    row.from.join(' '),
    row.fromAddresses.join(' '),
    row.to.join(' '),
    row.toAddresses.join(' '),
    row.ports,
    row.protocol,
    row.why,
    String(row.phase),
    row.dmzInwards ? 'yes' : '',
  ]);
  return [head, ...lines].map((fields) => fields.map(csvField).join(',')).join('\r\n') + '\r\n';
}

/** One CSV field, quoted where needed. */
export function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const style = `body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1c2430}h1{font-size:1.5rem;margin:0}p{color:#52606d}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.45rem .6rem;border-bottom:1px solid #e4e8ee}th{position:sticky;top:0;background:#f5f7fa;font-weight:600}
td.n{white-space:nowrap;font-variant-numeric:tabular-nums}small{color:#7b8794;display:block;overflow-wrap:anywhere}tr.dmz td:first-child{border-left:4px solid #d64545}tr.dmz td:first-child:after{content:" DMZ";color:#d64545;font-weight:600}
@media print{body{margin:0;font-size:10px}th{position:static}}`;

/** The rows as one page for a network team; rows from the DMZ inwards are marked for the security officer. */
export function portsHtml(site: Site, rows: readonly PortRow[]): string {
  const body = rows.map(
    (row) =>
      `<tr${row.dmzInwards ? ' class="dmz"' : ''}><td class="n">${row.rule}</td><td>${names(row.from)}<small>${escaped(row.fromAddresses.join(', '))}</small></td><td>${names(row.to)}<small>${escaped(row.toAddresses.join(', '))}</small></td><td class="n">${escaped(row.ports)} ${row.protocol}</td><td>${escaped(row.why)}</td><td class="n">${row.phase}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ports of ${escaped(site.name)}</title><style>${style}</style>
<h1>What the network must let through: ${escaped(site.name)}</h1>
<p>${rows.length} rules for ${site.concurrentUsers.toLocaleString('en')} users. New connections from → to; everything else is dropped and counted. Red rows lead from the DMZ inwards: the security officer signs each one. Phase: when it is first used.</p>
<table><thead><tr><th>Rule</th><th>From</th><th>To</th><th>Ports</th><th>Why</th><th>Phase</th></tr></thead><tbody>
${body.join('\n')}
</tbody></table></html>
`;
}

function names(list: readonly string[]): string {
  return escaped([...new Set(list.map((name) => name.replace(/-\d+$/, '')))].join(', '));
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function add(list: string[], value: string): void {
  if (!list.includes(value)) list.push(value);
}
