import { randomUUID } from 'node:crypto';
import { Fault } from './fault.js';
import { objectOf } from './managed-objects.js';
import { sent, sentList, sentNumber, sentRefs, sentText, sentTexts, type Sent } from './request.js';
import { data, type Data, type Ref, type Value } from './value.js';
import { gone, type Caller, type Method, type World } from './world.js';

/** vCenter answers large results in pages whatever the client asked; small pages here make sure the client follows them. */
const pageSize = 25;

/** Properties that an object may lack at times: asking for them is right even when they are unset. */
const mayBeUnset = new Set(['config', 'guest', 'parent', 'resourcePool', 'summary']);

const pages = new Map<string, Data[]>();

export const retrievePropertiesEx: Method = ({ world, call }) => {
  const found = sentList(call, 'specSet').flatMap((spec) => {
    const wanted = new Map(
      sentList(spec, 'propSet').map((set) => [sentText(set, 'type') ?? '', sentTexts(set, 'pathSet')]),
    );
    const selected = new Map<string, Ref>();
    for (const object of sentList(spec, 'objectSet')) select(world, object, selected);
    return [...selected.values()].flatMap((target) => {
      const paths = wanted.get(target.ref);
      return paths === undefined ? [] : [contentOf(world, target, paths)];
    });
  });
  const most = sentNumber(sent(call, 'options'), 'maxObjects') ?? pageSize;
  return page(found, Math.min(most, pageSize));
};

export const continueRetrievePropertiesEx: Method = ({ call }: Caller) => {
  const token = sentText(call, 'token') ?? '';
  const rest = pages.get(token);
  if (rest === undefined) throw new Fault('InvalidArgument', { invalidProperty: 'token' });
  pages.delete(token);
  return page(rest, pageSize);
};

function page(found: readonly Data[], size: number): Value {
  if (found.length === 0) return undefined;
  const rest = found.slice(size);
  const token = rest.length === 0 ? undefined : randomUUID();
  if (token !== undefined) pages.set(token, rest);
  return data('RetrieveResult', { token, objects: found.slice(0, size) });
}

function select(world: World, object: Sent, selected: Map<string, Ref>): void {
  const start = sentRefs(object, 'obj')[0];
  if (start === undefined || objectOf(world, start) === undefined)
    throw gone(start ?? { ref: '', value: '' });
  if (sentText(object, 'skip') !== 'true') selected.set(start.value, start);
  const named = new Map<string, Sent>();
  for (const selection of sentList(object, 'selectSet')) remember(selection, named);
  walk(world, start, sentList(object, 'selectSet'), named, selected);
}

function remember(selection: Sent, named: Map<string, Sent>): void {
  const name = sentText(selection, 'name');
  if (name !== undefined && selection.type === 'TraversalSpec') named.set(name, selection);
  for (const inner of sentList(selection, 'selectSet')) remember(inner, named);
}

function walk(
  world: World,
  from: Ref,
  selections: readonly Sent[],
  named: ReadonlyMap<string, Sent>,
  selected: Map<string, Ref>,
): void {
  for (const selection of selections) {
    const traversal =
      selection.type === 'TraversalSpec' ? selection : named.get(sentText(selection, 'name') ?? '');
    if (traversal === undefined) throw new Fault('InvalidArgument', { invalidProperty: 'selectSet' });
    if (sentText(traversal, 'type') !== from.ref) continue;
    for (const target of refsIn(propertyAt(world, from, sentText(traversal, 'path') ?? ''))) {
      if (sentText(traversal, 'skip') !== 'true') selected.set(target.value, target);
      walk(world, target, sentList(traversal, 'selectSet'), named, selected);
    }
  }
}

function contentOf(world: World, target: Ref, paths: readonly string[]): Data {
  const propSet = paths.flatMap((name) => {
    const val = propertyAt(world, target, name);
    return val === undefined ? [] : [data('DynamicProperty', { name, val })];
  });
  return data('ObjectContent', { obj: target, propSet });
}

/** @throws Fault InvalidProperty for a path that objects of this kind never have */
function propertyAt(world: World, target: Ref, path: string): Value {
  const [first = '', ...rest] = path.split('.');
  const object = objectOf(world, target);
  if (object === undefined) throw gone(target);
  if (!(first in object) && !mayBeUnset.has(first)) throw new Fault('InvalidProperty', { name: path });
  return rest.reduce<Value>((at, name) => {
    if (at === undefined || typeof at !== 'object' || !('data' in at)) return undefined;
    if (!(name in at.members)) throw new Fault('InvalidProperty', { name: path });
    return at.members[name];
  }, object[first]);
}

function refsIn(value: Value): Ref[] {
  if (typeof value !== 'object') return [];
  if ('list' in value)
    return value.items.filter((item): item is Ref => typeof item === 'object' && 'ref' in item);
  return 'ref' in value ? [value] : [];
}
