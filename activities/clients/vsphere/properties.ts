import type { SoapSession } from './soap-session.js';
import { child, children, referenceOf, textAt, type XmlNode } from './xml-node.js';
import { element, reference, value, type Reference, type Xml } from './xml.js';

/** An object and those of the asked properties that it has. */
export type ObjectProperties = { reference: Reference; properties: Map<string, XmlNode> };

/** Properties of given objects of one kind. Objects that are gone throw ManagedObjectNotFound. */
export async function propertiesOf(
  session: SoapSession,
  targets: readonly Reference[],
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ObjectProperties[]> {
  const first = targets[0];
  if (first === undefined) return [];
  const objects = targets.map((target) =>
    element('objectSet', [reference('obj', target), value('skip', false)]),
  );
  return retrieve(session, first.type, paths, objects, signal);
}

/** Properties of every object of a kind in a folder and the folders below it. */
export async function propertiesBelow(
  session: SoapSession,
  folder: Reference,
  kind: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ObjectProperties[]> {
  const again = element('selectSet', [value('name', 'folders')], 'SelectionSpec');
  const walk = element(
    'selectSet',
    [
      value('name', 'folders'),
      value('type', 'Folder'),
      value('path', 'childEntity'),
      value('skip', false),
      again,
    ],
    'TraversalSpec',
  );
  return retrieve(
    session,
    kind,
    paths,
    [element('objectSet', [reference('obj', folder), value('skip', true), walk])],
    signal,
  );
}

async function retrieve(
  session: SoapSession,
  kind: string,
  paths: readonly string[],
  objects: readonly Xml[],
  signal?: AbortSignal,
): Promise<ObjectProperties[]> {
  const collector = await session.manager('propertyCollector');
  const wanted = element('propSet', [
    value('type', kind),
    value('all', false),
    ...paths.map((path) => value('pathSet', path)),
  ]);
  const spec = element('specSet', [wanted, ...objects]);
  let answer = await session.call('RetrievePropertiesEx', collector, [spec, element('options', [])], signal);
  const found = objectsIn(answer);
  for (
    let token = textAt(answer, 'returnval', 'token');
    token !== undefined;
    token = textAt(answer, 'returnval', 'token')
  ) {
    answer = await session.call('ContinueRetrievePropertiesEx', collector, [value('token', token)], signal);
    found.push(...objectsIn(answer));
  }
  return found;
}

function objectsIn(answer: XmlNode): ObjectProperties[] {
  return children(child(answer, 'returnval'), 'objects').flatMap((object) => {
    const target = referenceOf(child(object, 'obj'));
    if (target === undefined) return [];
    const entries = children(object, 'propSet').flatMap((property) => {
      const content = child(property, 'val');
      return content === undefined ? [] : [[textAt(property, 'name') ?? '', content] as const];
    });
    return [{ reference: target, properties: new Map(entries) }];
  });
}
