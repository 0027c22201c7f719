import { XMLParser } from 'fast-xml-parser';
import type { Reference } from './xml.js';

/** One element of an answer, without namespace prefixes. `type` is its xsi:type, `kind` what a reference refers to. */
export type XmlNode = {
  name: string;
  type: string | undefined;
  kind: string | undefined;
  text: string;
  children: XmlNode[];
};

type Parsed = Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
});

/** @throws Error when the text is not XML with one root */
export function parseXml(text: string): XmlNode {
  const roots = (parser.parse(text) as Parsed[]).filter((part) => !('#text' in part)).map(toNode);
  const root = roots[0];
  if (root === undefined) throw new Error('the answer holds no XML element');
  return root;
}

export function children(node: XmlNode | undefined, name: string): XmlNode[] {
  return node?.children.filter((child) => child.name === name) ?? [];
}

/** The first element along a path of names, undefined when one is missing. */
export function child(node: XmlNode | undefined, ...path: string[]): XmlNode | undefined {
  return path.reduce<XmlNode | undefined>((at, name) => children(at, name)[0], node);
}

export function textAt(node: XmlNode | undefined, ...path: string[]): string | undefined {
  return child(node, ...path)?.text;
}

export function numberAt(node: XmlNode | undefined, ...path: string[]): number | undefined {
  const text = textAt(node, ...path);
  return text === undefined ? undefined : Number(text);
}

export function referenceOf(node: XmlNode | undefined): Reference | undefined {
  return node?.kind === undefined || node.text === '' ? undefined : { type: node.kind, value: node.text };
}

function toNode(part: Parsed): XmlNode {
  const name = Object.keys(part).find((key) => key !== ':@') ?? '';
  const inside = (part[name] ?? []) as Parsed[];
  const attributes = (part[':@'] ?? {}) as Record<string, string>;
  // Whatever prefix the server chose: an attribute "type" without one is a reference's, with one it is xsi's.
  const instanceType = Object.keys(attributes).find((key) => key.endsWith(':type'));
  return {
    name: local(name),
    type: instanceType === undefined ? undefined : local(attributes[instanceType] ?? ''),
    kind: attributes['type'],
    text: inside.map((piece) => (typeof piece['#text'] === 'string' ? piece['#text'] : '')).join(''),
    children: inside.filter((piece) => !('#text' in piece)).map(toNode),
  };
}

function local(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1);
}
