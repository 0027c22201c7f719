import { expect, test } from 'vitest';
import { roles } from '../../activities/roles/index.js';
import { commands } from '../../client/commands/index.js';
import { cliReference } from '../../client/output/cli-reference.js';
import { rolesReference } from '../../client/output/roles-reference.js';

const update = 'npx vitest run --project unit test/unit/references.test.ts --update';

test(`docs/cli.md is what the commands say (else: ${update})`, async () => {
  await expect(cliReference(commands())).toMatchFileSnapshot('../../docs/cli.md');
});

test(`docs/roles.md is what the roles say (else: ${update})`, async () => {
  await expect(rolesReference(roles)).toMatchFileSnapshot('../../docs/roles.md');
});
