export type Statistics = {
  frontends: { name: string; open: number; total: number }[];
  servers: { backend: string; name: string; up: boolean; open: number }[];
};

/** A part of what HAProxy's exporter writes, under its names (addons/promex/README of HAProxy 2.6). */
export function metrics({ frontends, servers }: Statistics): string {
  const family = (name: string, type: string, lines: readonly string[]): string =>
    `# TYPE ${name} ${type}\n${lines.map((line) => `${name}${line}\n`).join('')}`;
  return [
    family(
      'haproxy_frontend_current_sessions',
      'gauge',
      frontends.map(({ name, open }) => `{proxy="${name}"} ${open}`),
    ),
    family(
      'haproxy_frontend_connections_total',
      'counter',
      frontends.map(({ name, total }) => `{proxy="${name}"} ${total}`),
    ),
    family(
      'haproxy_server_status',
      'gauge',
      servers.flatMap(({ backend, name, up }) =>
        ['DOWN', 'UP'].map(
          (state) =>
            `{proxy="${backend}",server="${name}",state="${state}"} ${(state === 'UP') === up ? 1 : 0}`,
        ),
      ),
    ),
    family(
      'haproxy_server_current_sessions',
      'gauge',
      servers.map(({ backend, name, open }) => `{proxy="${backend}",server="${name}"} ${open}`),
    ),
  ].join('');
}

export function statisticsPage({ servers }: Statistics): string {
  const rows = servers.map(
    ({ backend, name, up, open }) =>
      `<tr><td>${backend}<td>${name}<td>${up ? 'UP' : 'DOWN'}<td>${open}</tr>\n`,
  );
  return `<!doctype html><title>Statistics Report for HAProxy</title>\n<table>\n${rows.join('')}</table>\n`;
}
