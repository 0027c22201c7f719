import { z } from 'zod';
import { storePreflight } from '../../artifacts/store-preflight.js';
import { certificateStep } from '../../certificates/certificate-step.js';
import { certificatesLook } from '../../certificates/certificates-operation.js';
import { chainPreflight } from '../../certificates/chain-preflight.js';
import { hostStep } from '../../host/host-step.js';
import { defineRole } from '../../role.js';
import { backupOperations } from './vault/backup.js';
import { configureStep } from './vault/configure.js';
import { initialiseStep } from './vault/initialise.js';
import { intermediateLook } from './vault/intermediate-report.js';
import { siteAuthority } from '../../certificates/site-authority.js';
import { removed } from './vault/remove.js';
import { runningStep } from './vault/running.js';
import { apiPort } from './vault/server-settings.js';
import { vaultCertificate, vaultProgram, vaultState } from './vault/state.js';
import { verifyVault } from './vault/verify.js';

const look = certificatesLook(vaultCertificate, apiPort);

/** A raft cluster of Vault, initialised once, opened as the site says, configured, with the root token revoked. */
export const installVault = defineRole({
  name: 'install-vault',
  title: 'Vault',
  groups: ['vault'],
  needs: ['prepare-vms'],
  inputs: z.strictObject({}).prefault({}),
  preflight: [storePreflight('vault'), chainPreflight],
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
      certificate: vaultCertificate,
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
  operations: {
    ...backupOperations,
    certificates: { ...look, steps: [...look.steps, intermediateLook] },
  },
});
