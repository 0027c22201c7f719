import { z } from 'zod';
import { Site } from './site.js';

export type JsonSchema = {
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  type?: string;
  format?: string;
  $ref?: string;
};

/**
 * JSON Schema (draft 2020-12) of what a person may write, for editors: completion, hover texts, red lines.
 * Weaker than `parseSite`: it knows the form of each value, not how values must fit together.
 */
export function siteJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(Site, { io: 'input', target: 'draft-2020-12' });
  return { title: 'Socle site file', ...schema } as JsonSchema;
}
