/** A reference to an object in vCenter: its kind and the server's identifier. */
export type Reference = { type: string; value: string };

/** Finished XML. Made only by the functions of this file, which escape whatever they are given. */
export type Xml = string & { readonly xml: unique symbol };

type Content = readonly (Xml | undefined)[];

/**
 * An element with children in the given order. vCenter reads a data object with a forward cursor over its WSDL
 * sequence and refuses a child that comes too late, so the order of `children` is part of the protocol.
 * @param type value of xsi:type, for members whose static type is abstract
 */
export function element(name: string, children: Content, type?: string): Xml {
  const attribute = type === undefined ? '' : ` xsi:type="${escape(type)}"`;
  return `<${name}${attribute}>${children.filter((child) => child !== undefined).join('')}</${name}>` as Xml;
}

/** An element that holds one value; undefined makes no element. */
export function value(
  name: string,
  content: string | number | boolean | undefined,
  type?: string,
): Xml | undefined {
  if (content === undefined) return undefined;
  return element(name, [escape(String(content)) as Xml], type);
}

export function reference(name: string, target: Reference | undefined): Xml | undefined {
  if (target === undefined) return undefined;
  return `<${name} type="${escape(target.type)}">${escape(target.value)}</${name}>` as Xml;
}

/** A key and a string, as extraConfig has them. */
export function option(name: string, key: string, content: string): Xml {
  return element(name, [value('key', key), value('value', content, 'xsd:string')], 'OptionValue');
}

/** The SOAP request for one method of one object. */
export function envelope(method: string, target: Reference, parameters: Content): string {
  const call = element(method, [reference('_this', target), ...parameters]).replace(
    `<${method}>`,
    `<${method} xmlns="urn:vim25">`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `<soapenv:Body>${call}</soapenv:Body></soapenv:Envelope>`
  );
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
