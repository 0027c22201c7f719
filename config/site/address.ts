import { z } from 'zod';
import { addressNumber, networkSpan, addressText, prefixLength, rangeSpan } from '../ipv4.js';
import { shown, text } from './text.js';

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = `${octet}(\\.${octet}){3}`;
const hostName = '[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*';

export const Ipv4 = text(new RegExp(`^${ipv4}$`), 'an IPv4 address');

/** A network in CIDR form whose host bits are zero, so that the reader sees the network and not one of its addresses. */
export const Cidr = text(
  new RegExp(`^${ipv4}/([12]?\\d|3[0-2])$`),
  'an IPv4 network',
  'Write it as 10.0.0.0/24',
).refine((cidr) => startsAtNetwork(cidr), {
  error: (issue) => `${shown(issue.input)} has host bits set. Write ${networkOf(String(issue.input))}`,
});

export const AddressRange = text(
  new RegExp(`^${ipv4} ?- ?${ipv4}$`),
  'an address range',
  'Write it as 10.0.0.10-10.0.0.99, both ends included',
).refine((range) => rangeSpan(range) !== undefined, {
  error: (issue) => `${shown(issue.input)} runs backwards. Put the lower address first`,
});

/** An IPv4 address that may carry a port: `10.0.0.2` or `10.0.0.2:1053`. */
export const AddressWithPort = text(
  new RegExp(`^${ipv4}(:\\d{1,5})?$`),
  'an IPv4 address or address:port',
).refine(portIsPossible, {
  error: (issue) => `${shown(issue.input)} has an impossible port. Use 1 to 65535`,
});

/** A host name or IPv4 address that may carry a port. */
export const HostWithPort = text(new RegExp(`^(${ipv4}|${hostName})(:\\d{1,5})?$`), 'a host or host:port')
  .refine((host) => !/^[\d.]+$/.test(hostOf(host)) || addressNumber(hostOf(host)) !== undefined, {
    error: (issue) => `${shown(issue.input)} is neither an IPv4 address nor a host name`,
  })
  .refine(portIsPossible, {
    error: (issue) => `${shown(issue.input)} has an impossible port. Use 1 to 65535`,
  });

/** Splits `host` or `host:port`; the port is `defaultPort` when the text names none. */
export function splitHostPort(endpoint: string, defaultPort: number): { host: string; port: number } {
  const port = endpoint.split(':')[1];
  return { host: hostOf(endpoint), port: port === undefined ? defaultPort : Number(port) };
}

/** An http or https address without user and password in it: those belong in references. */
export const WebUrl = z
  .string()
  .refine(isWebUrl, {
    error: 'is not an http or https address without user and password. Write it as https://host:port/path',
  })
  .meta({ format: 'uri' });

function isWebUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password, hostname } = new URL(url);
  return (
    (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' && hostname !== ''
  );
}

function hostOf(endpoint: string): string {
  return endpoint.split(':')[0] ?? endpoint;
}

function portIsPossible(endpoint: string): boolean {
  const { port } = splitHostPort(endpoint, 1);
  return port >= 1 && port <= 65_535;
}

function startsAtNetwork(cidr: string): boolean {
  return networkSpan(cidr)?.first === addressNumber(hostPart(cidr));
}

function networkOf(cidr: string): string {
  const span = networkSpan(cidr);
  return span === undefined ? cidr : `${addressText(span.first)}/${prefixLength(cidr)}`;
}

function hostPart(cidr: string): string {
  return cidr.slice(0, cidr.indexOf('/'));
}
