import { z } from 'zod';
import { imagesPreflight } from '../../artifacts/images-preflight.js';
import { certificateStep } from '../../certificates/certificate-step.js';
import { certificatesLook } from '../../certificates/certificates-operation.js';
import { chainPreflight } from '../../certificates/chain-preflight.js';
import { compareResources } from '../../host/compare-resources.js';
import { hostStep } from '../../host/host-step.js';
import { defineRole, resultOf } from '../../role.js';
import { imageProblems, imagesStep } from './registry/images.js';
import { removed } from './registry/remove.js';
import { registryPorts } from './registry/settings.js';
import { registryCertificate, registryProgram, registryState } from './registry/state.js';
import { trialProblems, trialStep } from './registry/trial.js';

/**
 * An image registry on each gitops machine, with an instance that nodes pull from and one that only Socle pushes to, filled
 * with what the plan's machines pull.
 */
export const installDockerRegistry = defineRole({
  name: 'install-docker-registry',
  title: 'Image registry',
  groups: ['gitops'],
  needs: ['prepare-vms'],
  inputs: z.strictObject({}).prefault({}),
  preflight: [chainPreflight, imagesPreflight],
  steps: [
    hostStep({
      id: 'program',
      title: 'program, account and folders',
      profile: 'packages',
      timeoutMs: 40 * 60_000,
      resources: registryProgram,
    }),
    certificateStep({
      id: 'certificate',
      title: 'certificate of the registry',
      after: ['install-docker-registry.program'],
      certificate: registryCertificate,
    }),
    hostStep({
      id: 'configuration',
      title: 'two instances over one storage',
      after: ['install-docker-registry.program', 'install-docker-registry.certificate'],
      resources: registryState,
    }),
    trialStep,
    imagesStep,
  ],
  verify: async (context) => {
    const wanted = [...(await registryProgram(context)), ...registryState(context)];
    const found = await compareResources(context, wanted);
    if (found.state !== 'done') return found;
    return resultOf([...(await trialProblems(context)), ...(await imageProblems(context))]);
  },
  remove: [
    hostStep({ id: 'undo', title: 'registry and all its images', profile: 'packages', resources: removed }),
  ],
  operations: { certificates: certificatesLook(registryCertificate, registryPorts.push) },
});
