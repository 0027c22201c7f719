import { XMLParser } from 'fast-xml-parser';
import { Fault } from './fault.js';
import { ref, type Ref } from './value.js';
import { isKindOf, membersOf, type Member } from './wsdl.js';

/** A decoded data object: `type` is its concrete type, members hold what was sent and nothing else. */
export type Sent = { type: string; members: Map<string, SentValue[]> };
export type SentValue = string | Ref | Sent;

type Node = Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
});

/**
 * Reads a SOAP request with a forward cursor over the WSDL sequence, as vCenter does: a member out of its place,
 * unknown or of the wrong kind is an InvalidRequest that says where.
 */
export function readRequest(text: string): { method: string; call: Sent } {
  const envelope = (parser.parse(text) as Node[]).find((node) => localName(node) === 'Envelope');
  const body =
    envelope === undefined ? undefined : contents(envelope).find((node) => localName(node) === 'Body');
  const request = body === undefined ? undefined : contents(body)[0];
  if (request === undefined) throw invalid('no SOAP body');
  const method = localName(request);
  const members = membersOf(method);
  if (members === undefined)
    throw new Fault('MethodNotFound', { receiver: ref('ServiceInstance', 'ServiceInstance'), method });
  if (attribute(request, 'xmlns') !== 'urn:vim25')
    throw invalid(`the namespace of ${method} is not urn:vim25`);
  return { method, call: { type: method, members: readMembers(request, members, method) } };
}

export function sent(from: Sent, name: string): Sent | undefined {
  const found = from.members.get(name)?.[0];
  return typeof found === 'object' && 'members' in found ? found : undefined;
}

export function sentList(from: Sent | undefined, name: string): Sent[] {
  return (from?.members.get(name) ?? []).filter(
    (item): item is Sent => typeof item === 'object' && 'members' in item,
  );
}

export function sentText(from: Sent | undefined, name: string): string | undefined {
  const found = from?.members.get(name)?.[0];
  return typeof found === 'string' ? found : undefined;
}

export function sentNumber(from: Sent | undefined, name: string): number | undefined {
  const text = sentText(from, name);
  return text === undefined ? undefined : Number(text);
}

export function sentTexts(from: Sent | undefined, name: string): string[] {
  return (from?.members.get(name) ?? []).filter((item) => typeof item === 'string');
}

export function sentRefs(from: Sent | undefined, name: string): Ref[] {
  return (from?.members.get(name) ?? []).filter(
    (item): item is Ref => typeof item === 'object' && 'ref' in item,
  );
}

function readMembers(node: Node, members: readonly Member[], where: string): Map<string, SentValue[]> {
  const read = new Map<string, SentValue[]>();
  let cursor = 0;
  for (const child of contents(node)) {
    const name = localName(child);
    const at = members.findIndex((member, index) => index >= cursor && member.name === name);
    const member = members[at];
    if (member === undefined) throw invalid(`unexpected element "${name}" in ${where}`);
    cursor = member.repeated ? at : at + 1;
    read.set(name, [...(read.get(name) ?? []), readValue(child, member, `${where}.${name}`)]);
  }
  const missing = members.find((member) => !member.optional && !read.has(member.name));
  if (missing !== undefined) throw invalid(`${where} lacks ${missing.name}`);
  return read;
}

function readValue(node: Node, { type }: Member, where: string): SentValue {
  const text = textOf(node);
  const instance = attribute(node, 'xsi:type');
  if (type === 'not-simulated') throw new Fault('NotSupported', {}, `${where} is not simulated`);
  if (type === 'string') return text;
  if (type === 'boolean') return checked(text, /^(true|false|0|1)$/, where);
  if (type === 'int' || type === 'long') return checked(text, /^-?\d+$/, where);
  if (type === 'any') {
    if (instance === undefined || !/^xsd:(string|int|long|boolean)$/.test(instance))
      throw invalid(`${where} says no type`);
    return instance === 'xsd:string' ? text : checked(text, /^(-?\d+|true|false)$/, where);
  }
  if (type === 'ref') {
    const kind = attribute(node, 'type');
    if (kind === undefined || text === '') throw invalid(`${where} is no reference`);
    return ref(kind, text);
  }
  const concrete = instance ?? type;
  const members = membersOf(concrete);
  if (members === undefined || !isKindOf(concrete, type)) throw invalid(`${where} cannot be a ${concrete}`);
  return { type: concrete, members: readMembers(node, members, concrete) };
}

function checked(text: string, pattern: RegExp, where: string): string {
  if (!pattern.test(text)) throw invalid(`${where} has the wrong kind of value`);
  return text;
}

function invalid(message: string): Fault {
  return new Fault('InvalidRequest', {}, message);
}

function contents(node: Node): Node[] {
  const name = tagOf(node);
  return (node[name] as Node[]).filter((child) => !('#text' in child));
}

function textOf(node: Node): string {
  return (node[tagOf(node)] as Node[])
    .map((child) => (typeof child['#text'] === 'string' ? child['#text'] : ''))
    .join('');
}

function localName(node: Node): string {
  const tag = tagOf(node);
  return tag.slice(tag.indexOf(':') + 1);
}

function tagOf(node: Node): string {
  return Object.keys(node).find((key) => key !== ':@') ?? '';
}

function attribute(node: Node, name: string): string | undefined {
  const found = (node[':@'] as Record<string, unknown> | undefined)?.[name];
  return typeof found === 'string' ? found : undefined;
}
