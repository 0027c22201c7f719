import type { JsonSchema } from './site-schema.js';

/**
 * The reference part of docs/site-file.md: one Markdown table for each top-level group of keys.
 * Groups that repeat for every role, machine group or service are shown once.
 */
export function siteReference(schema: JsonSchema): string {
  const properties = Object.entries(schema.properties ?? {});
  const simple = properties.filter(([, value]) => !isGroup(value));
  const groups = properties.filter(([, value]) => isGroup(value));
  const first = table(simple.map(([key, value]) => row(key, value, isRequired(schema, key))));
  const rest = groups.map(([key, value]) => {
    const rows = rowsBelow(value, key);
    const heading = `### ${key}\n\n${value.description ?? ''}.${isRequired(schema, key) ? ' Required.' : ''}`;
    return rows.length === 0 ? heading : `${heading}\n\n${table(rows)}`;
  });
  return [first, ...rest].join('\n\n');
}

function rowsBelow(schema: JsonSchema, path: string): string[] {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined)
    return variants.flatMap((variant) => rowsOfKeys(variant, `${path} (${kindOf(variant)})`));
  if (schema.items !== undefined) return rowsBelow(schema.items, `${path}[]`);
  if (schema.properties !== undefined) return rowsOfKeys(schema, path);
  return typeof schema.additionalProperties === 'object'
    ? rowsBelow(schema.additionalProperties, `${path}.NAME`)
    : [];
}

function rowsOfKeys(schema: JsonSchema, path: string): string[] {
  const entries = Object.entries(schema.properties ?? {});
  const bodies = entries.map(([, value]) => JSON.stringify({ ...value, description: '' }));
  const alike = entries.length > 3 && new Set(bodies.slice(1)).size === 1;
  const kept = alike ? entries.slice(1, 2) : entries;
  return kept.flatMap(([key, value]) => {
    const place = `${path}.${alike ? 'NAME' : key}`;
    const note = alike ? `NAME: ${entries.map(nameAndMeaning).join(', ')}` : value.description;
    const shown = note === undefined ? value : { ...value, description: note };
    return [row(place, shown, isRequired(schema, key)), ...rowsBelow(value, place)];
  });
}

function nameAndMeaning([name, schema]: [string, JsonSchema]): string {
  return schema.description === undefined ? name : `${name} (${schema.description})`;
}

function row(path: string, schema: JsonSchema, required: boolean): string {
  const fallback =
    schema.default === undefined ? '' : `\`${JSON.stringify(schema.default).replaceAll('"', '')}\``;
  return `| \`${path}\` | ${form(schema)} | ${required ? 'required' : fallback} | ${schema.description ?? ''} |`;
}

function form(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.join(', ');
  if (schema.const !== undefined) return JSON.stringify(schema.const).replaceAll('"', '');
  if (schema.type === 'array')
    return schema.items === undefined ? 'list' : `list of ${form(schema.items)}`.replace(/group$/, 'groups');
  if (schema.type === 'integer') return 'whole number';
  if (schema.type === 'boolean') return 'true, false';
  return schema.type === 'string' ? 'text' : 'group';
}

function table(rows: string[]): string {
  return ['| key | form | default | what it is |', '|---|---|---|---|', ...rows].join('\n');
}

function isGroup(schema: JsonSchema): boolean {
  return (
    schema.type !== 'string' &&
    schema.type !== 'integer' &&
    !(schema.type === 'array' && schema.items?.type === 'string')
  );
}

function isRequired(schema: JsonSchema, key: string): boolean {
  return schema.required?.includes(key) === true;
}

function kindOf(variant: JsonSchema): string {
  const kind = variant.properties?.kind?.const;
  return typeof kind === 'string' ? kind : '';
}
