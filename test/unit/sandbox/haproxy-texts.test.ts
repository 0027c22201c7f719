import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfiguration } from '../../../sandbox/machine/programs/haproxy/configuration.js';
import { readConfiguration as readKeepalived } from '../../../sandbox/machine/programs/keepalived/configuration.js';

const folder = new URL('../../golden/load-balancer/', import.meta.url).pathname;
const texts = ['site-100', 'site-1000'].flatMap((site) =>
  readdirSync(join(folder, site)).map((name) => join(site, name)),
);
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

test.each(texts)('the simulated program takes %s, which the real one takes', (name) => {
  if (name.endsWith('.cfg')) {
    const { frontends, backends } = readConfiguration(textOf(name), name);
    expect(frontends.length).toBeGreaterThan(3);
    for (const { servers } of backends.values()) expect(servers.length).toBeGreaterThan(0);
  } else expect(readKeepalived(textOf(name), () => undefined).addresses.length).toBeGreaterThan(0);
});

const haproxy = textOf('site-100/lb-dmz-1.haproxy.cfg');

test.each([
  [
    'a word that it does not know',
    haproxy.replace('mode tcp', 'mode tpc'),
    /:\d+\] : unknown keyword 'mode tpc'/,
  ],
  [
    'a backend that is not there',
    haproxy.replace('default_backend ingress', 'default_backend other'),
    /'other'/,
  ],
  ['two sections of one name', `${haproxy}\nbackend ingress\n`, /has the same name/],
  ['a line before any section', `maxconn 3\n${haproxy}`, /out of section/],
])('HAProxy refuses %s', (_what, text, message) => {
  expect(() => readConfiguration(text, 'haproxy.cfg')).toThrow(message);
});

const keepalived = textOf('site-100/lb-dmz-1.keepalived.conf');

test.each([
  ['a word that it does not know', keepalived.replace('priority', 'prority'), /Unknown keyword 'prority'/],
  ['parts of a second in VRRP 2', keepalived.replace('advert_int 1', 'advert_int 0.3'), /whole number/],
  ['a brace too few', keepalived.replace(/\}\n$/, ''), /unmatched braces/],
])('keepalived refuses %s', (_what, text, message) => {
  expect(() => readKeepalived(text, () => undefined)).toThrow(message);
});
