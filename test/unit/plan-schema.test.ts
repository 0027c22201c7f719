import { readdirSync } from 'node:fs';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { planSite } from '../../client/plan-site.js';
import { planJsonSchema } from '../../config/plan-schema.js';

const examples = readdirSync('examples').filter((name) => name.endsWith('.yaml'));
const ajv = new Ajv2020({ allErrors: true });
formats.default(ajv);
const accepts = ajv.compile(planJsonSchema() as AnySchema);
const update = 'npx vitest run --project unit test/unit/plan-schema.test.ts --update';

describe('the published schema of the plan', () => {
  it(`is what the code says (else: ${update})`, async () => {
    const text = await format(JSON.stringify(planJsonSchema()), {
      parser: 'json',
      singleQuote: true,
      printWidth: 110,
    });
    await expect(text).toMatchFileSnapshot('../../docs/plan.schema.json');
  });

  it.each(examples)('accepts the plans of examples/%s in every mode', async (name) => {
    for (const mode of ['apply', 'check', 'remove'] as const) {
      const { plan, hash } = await planSite(`examples/${name}`, mode);
      expect(accepts({ hash, plan }), JSON.stringify(accepts.errors)).toBe(true);
    }
  });

  it('refuses a plan with an unknown key, a missing machine address or another version', async () => {
    const { plan, hash } = await planSite('examples/site-100.yaml', 'apply');
    const { address, ...withoutAddress } = plan.machines[0]!;
    expect(address).toBeDefined();
    expect(accepts({ hash, plan: { ...plan, secret: 'x' } })).toBe(false);
    expect(accepts({ hash, plan: { ...plan, machines: [withoutAddress] } })).toBe(false);
    expect(accepts({ hash, plan: { ...plan, planVersion: 2 } })).toBe(false);
  });
});
