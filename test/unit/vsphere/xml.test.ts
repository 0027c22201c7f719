import { describe, expect, test } from 'vitest';
import { element, envelope, option, reference, value } from '../../../activities/clients/vsphere/xml.js';
import { child, parseXml, referenceOf, textAt } from '../../../activities/clients/vsphere/xml-node.js';

describe('requests', () => {
  test('escape what they are given', () => {
    expect(value('name', `a<b>&"c'`)).toBe(`<name>a&lt;b&gt;&amp;&quot;c'</name>`);
    expect(option('extraConfig', 'k', '</value>')).toBe(
      '<extraConfig xsi:type="OptionValue"><key>k</key><value xsi:type="xsd:string">&lt;/value&gt;</value></extraConfig>',
    );
  });

  test('leave out what is undefined and keep the order of the rest', () => {
    const spec = element('spec', [value('b', 1), undefined, value('a', false), reference('c', undefined)]);
    expect(spec).toBe('<spec><b>1</b><a>false</a></spec>');
  });

  test('name their method in the namespace of vim25 and come back through the reader', () => {
    const text = envelope('FindChild', { type: 'SearchIndex', value: 'SearchIndex' }, [
      reference('entity', { type: 'Folder', value: 'group-v3' }),
      value('name', 'a & b'),
    ]);
    const call = child(parseXml(text), 'Body', 'FindChild');
    expect(text).toContain('<FindChild xmlns="urn:vim25"><_this type="SearchIndex">');
    expect(textAt(call, 'name')).toBe('a & b');
    expect(referenceOf(child(call, 'entity'))).toEqual({ type: 'Folder', value: 'group-v3' });
  });
});

describe('answers', () => {
  test('keep the kind of a reference apart from the type of the value that holds it', () => {
    const val = parseXml(
      '<a:val xmlns:a="urn:vim25" xmlns:i="urn:i" i:type="a:ManagedObjectReference" type="Folder">group-v3</a:val>',
    );
    expect(val).toMatchObject({
      name: 'val',
      type: 'ManagedObjectReference',
      kind: 'Folder',
      text: 'group-v3',
    });
  });

  test('keep numbers and white space as text', () => {
    expect(textAt(parseXml('<a><b> 007 </b></a>'), 'b')).toBe(' 007 ');
  });

  test('that are no XML throw', () => {
    expect(() => parseXml('')).toThrow('no XML element');
  });
});
