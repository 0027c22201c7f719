import type { AnyRole } from '../registry.js';
import { provisionnementVmsApps } from './1-provisioning/provisionnement-vms-apps.js';
import { provisionnementVmsInfra } from './1-provisioning/provisionnement-vms-infra.js';
import { prepareVms } from './2-preparation/prepare-vms.js';
import { installDockerRegistry } from './3-base-infrastructure/install-docker-registry.js';
import { installGogs } from './3-base-infrastructure/install-gogs.js';
import { installLoadBalancer } from './3-base-infrastructure/install-load-balancer.js';
import { installVault } from './3-base-infrastructure/install-vault.js';

/** Every role of this version, in the order of config/phases.ts. */
export const roles: readonly AnyRole[] = [
  provisionnementVmsInfra,
  provisionnementVmsApps,
  prepareVms,
  installDockerRegistry,
  installVault,
  installLoadBalancer,
  installGogs,
];
