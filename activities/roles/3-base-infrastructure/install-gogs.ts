import { z } from 'zod';
import { storePreflight } from '../../artifacts/store-preflight.js';
import { certificateStep } from '../../certificates/certificate-step.js';
import { certificatesLook } from '../../certificates/certificates-operation.js';
import { chainPreflight } from '../../certificates/chain-preflight.js';
import { hostStep } from '../../host/host-step.js';
import { defineRole } from '../../role.js';
import { activeMachine } from './gogs/active.js';
import { administratorStep } from './gogs/administrator.js';
import { gogsOperations } from './gogs/operations.js';
import { platformStep } from './gogs/platform.js';
import { removed } from './gogs/remove.js';
import { replicateStep } from './gogs/replicate.js';
import { gogsPort } from './gogs/settings.js';
import { runningStep } from './gogs/running.js';
import { gogsCertificate, gogsProgram, gogsState } from './gogs/state.js';
import { verifyGogs } from './gogs/verify.js';

/** The Git server that Argo CD is fed from: one that serves and, where there are two machines, one that stands by. */
export const installGogs = defineRole({
  name: 'install-gogs',
  title: 'Gogs',
  groups: ['gitops'],
  needs: ['prepare-vms'],
  inputs: z.strictObject({}).prefault({}),
  preflight: [storePreflight('gogs'), chainPreflight],
  steps: [
    hostStep({
      id: 'program',
      title: 'program, account and folders',
      profile: 'packages',
      timeoutMs: 40 * 60_000,
      resources: gogsProgram,
    }),
    certificateStep({
      id: 'certificate',
      title: 'certificate of Gogs',
      after: ['install-gogs.program'],
      certificate: gogsCertificate,
    }),
    hostStep({
      id: 'configuration',
      title: 'configuration and unit',
      after: ['install-gogs.program', 'install-gogs.certificate'],
      resources: gogsState,
    }),
    runningStep,
    administratorStep,
    platformStep,
    replicateStep,
  ],
  verify: verifyGogs,
  remove: [hostStep({ id: 'undo', title: 'Gogs and all its repositories', resources: removed })],
  operations: {
    ...gogsOperations,
    certificates: certificatesLook(gogsCertificate, gogsPort, async (context) => {
      const { name } = await activeMachine(context);
      return name === context.machine.name;
    }),
  },
});
