import { z } from 'zod';

/** The shape of an object that may have any of these keys and no other, so that a misspelt one is an unknown key. */
export function optionalKeys<Name extends string, Schema extends z.ZodType>(
  names: readonly Name[],
  schema: Schema,
): Record<Name, z.ZodOptional<Schema>> {
  return Object.fromEntries(names.map((name) => [name, z.optional(schema)])) as Record<
    Name,
    z.ZodOptional<Schema>
  >;
}
