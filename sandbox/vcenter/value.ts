/** What a managed object's property or a method's answer is made of; written in the order given. */
export type Value = undefined | string | number | boolean | Ref | Data | List | readonly Value[];
export type Ref = { ref: string; value: string };
export type Data = { data: string; members: Readonly<Record<string, Value>> };
/** An array as the value of a property, where its type must be named. */
export type List = { list: string; items: readonly Value[] };

export function ref(type: string, value: string): Ref {
  return { ref: type, value };
}

export function data(type: string, members: Readonly<Record<string, Value>>): Data {
  return { data: type, members };
}

/** @param of name of the items' type: `OptionValue` makes an ArrayOfOptionValue */
export function list(of: string, items: readonly Value[]): List {
  return { list: of, items };
}

/** Writes one element; arrays repeat it. Data and plain values name their type, as vCenter does for polymorphic members. */
export function writeElement(name: string, value: Value, typed = false): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item: Value) => writeElement(name, item, typed)).join('');
  if (typeof value !== 'object')
    return `<${name}${typed ? ` xsi:type="${plainType(value)}"` : ''}>${escape(String(value))}</${name}>`;
  if ('ref' in value)
    return `<${name}${typed ? ' xsi:type="ManagedObjectReference"' : ''} type="${value.ref}">${escape(value.value)}</${name}>`;
  if ('list' in value)
    return `<${name} xsi:type="ArrayOf${capital(value.list)}">${value.items.map((item) => writeElement(value.list, item, typeof item !== 'object')).join('')}</${name}>`;
  if ('data' in value) return `<${name} xsi:type="${value.data}">${writeMembers(value.members)}</${name}>`;
  return '';
}

function writeMembers(members: Readonly<Record<string, Value>>): string {
  // The value of an option is of any type, so it says which.
  return Object.entries(members)
    .map(([name, member]) =>
      writeElement(name, member, name === 'value' || name === 'val' || name === 'result'),
    )
    .join('');
}

function plainType(value: string | number | boolean): string {
  if (typeof value === 'boolean') return 'xsd:boolean';
  if (typeof value === 'string') return 'xsd:string';
  return Math.abs(value) < 2 ** 31 ? 'xsd:int' : 'xsd:long';
}

function capital(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
