import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { siteReference } from '../../config/site-reference.js';
import { siteJsonSchema, type JsonSchema } from '../../config/site-schema.js';
import { edited, exampleText, problemLines } from './site-fixture.js';

const examples = readdirSync('examples').filter((name) => name.endsWith('.yaml'));
const schema = siteJsonSchema();
const ajv = new Ajv2020({ allErrors: true });
formats.default(ajv);
const accepts = ajv.compile(schema as AnySchema);
const update = 'npx vitest run --project unit test/unit/site-schema.test.ts --update';

describe('the published schema of the site file', () => {
  it(`is what the code says (else: ${update})`, async () => {
    const text = await format(JSON.stringify(schema), { parser: 'json', singleQuote: true, printWidth: 110 });
    await expect(text).toMatchFileSnapshot('../../docs/site.schema.json');
  });

  it(`is listed key by key in the docs (else: ${update})`, async () => {
    const page = readFileSync('docs/site-file.md', 'utf8');
    const [head] = page.split('\n## Keys\n');
    await expect(`${head}\n## Keys\n\n${siteReference(schema)}\n`).toMatchFileSnapshot(
      '../../docs/site-file.md',
    );
  });

  it('explains every key, so that an editor and the docs can', () => {
    expect(unexplained(schema, [])).toEqual([]);
  });

  it.each(examples)('accepts examples/%s, as the loader does', (name) => {
    const text = readFileSync(`examples/${name}`, 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/docs\/site\.schema\.json\n/);
    expect(accepts(parse(text)), JSON.stringify(accepts.errors)).toBe(true);
    expect(problemLines(text)).toEqual([]);
  });

  it.each([
    ['a misspelt key', 'approvals:\n', 'aprovals:\n'],
    ['a secret in clear', 'env:SOCLE_VSPHERE_PASSWORD', 'hunter2'],
    ['an impossible address', 'gateway: 127.40.0.1', 'gateway: 127.40.0.300'],
    ['a half user', 'concurrentUsers: 100', 'concurrentUsers: 12.5'],
    ['an unknown phase', 'before: preparation', 'before: preperation'],
  ])('refuses %s', (_, from, to) => {
    expect(accepts(parse(edited(exampleText, [from, to])))).toBe(false);
  });
});

/** Keys without a description; those named after a group, role or service explain themselves. */
function unexplained(node: JsonSchema, path: string[]): string[] {
  const selfExplaining = ['templates', 'names', 'sizing', 'options'].includes(path.join('.'));
  const own = Object.entries(node.properties ?? {}).flatMap(([key, value]) => [
    ...(value.description === undefined && !selfExplaining ? [[...path, key].join('.')] : []),
    ...unexplained(value, [...path, key]),
  ]);
  const extra = typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
  const below = [
    ...(node.oneOf ?? []),
    ...(node.anyOf ?? []),
    ...(node.items === undefined ? [] : [node.items]),
    ...extra,
  ];
  return [...own, ...below.flatMap((child) => unexplained(child, [...path, '[]']))];
}
