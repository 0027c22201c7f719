import { z } from 'zod';
import { certificateStep } from '../../certificates/certificate-step.js';
import { chainPreflight } from '../../certificates/chain-preflight.js';
import { serverNames } from '../../certificates/server-names.js';
import { hostStep } from '../../host/host-step.js';
import { defineRole } from '../../role.js';
import { configureStep } from './vault/configure.js';
import { initialiseStep } from './vault/initialise.js';
import { siteAuthority } from '../../certificates/site-authority.js';
import { removed } from './vault/remove.js';
import { runningStep } from './vault/running.js';
import { vaultAccount, vaultUnitName } from './vault/server-settings.js';
import { vaultProgram, vaultState } from './vault/state.js';
import { verifyVault } from './vault/verify.js';

/** A raft cluster of Vault, initialised once, opened as the site says, configured, with the root token revoked. */
export const installVault = defineRole({
  name: 'install-vault',
  title: 'Vault',
  groups: ['vault'],
  needs: ['prepare-vms'],
  inputs: z.strictObject({}).prefault({}),
  preflight: [chainPreflight],
  steps: [
    hostStep({
      id: 'program',
      title: 'program, account and folders',
      profile: 'packages',
      timeoutMs: 40 * 60_000,
      resources: vaultProgram,
    }),
    certificateStep({
      id: 'certificate',
      title: 'certificate of the node',
      after: ['install-vault.program'],
      certificate: ({ site, plan, machine }) => ({
        name: machine.name,
        names: serverNames(site, plan, machine),
        addresses: [machine.address],
        group: vaultAccount,
        units: [vaultUnitName],
      }),
    }),
    hostStep({
      id: 'configuration',
      title: 'configuration and unit',
      after: ['install-vault.program', 'install-vault.certificate'],
      resources: async (context) => vaultState(context, await siteAuthority(context)),
    }),
    initialiseStep,
    runningStep,
    configureStep,
  ],
  verify: verifyVault,
  remove: [hostStep({ id: 'undo', title: 'Vault and all that it holds', resources: removed })],
  operations: {},
});
