/** The nine phases in the order of a deployment, each with the names of its roles. */
export const phases = [
  {
    number: 1,
    name: 'provisioning',
    title: 'Provisioning',
    roles: ['provisionnement-vms-infra', 'provisionnement-vms-apps'],
  },
  { number: 2, name: 'preparation', title: 'Preparation', roles: ['prepare-vms'] },
  {
    number: 3,
    name: 'base-infrastructure',
    title: 'Base infrastructure',
    roles: ['install-docker-registry', 'install-vault', 'install-load-balancer', 'install-gogs'],
  },
  {
    number: 4,
    name: 'clusters',
    title: 'Clusters',
    roles: ['install-rke2-apps', 'install-rke2-middleware', 'install-rke2-dmz', 'install-rancher-server'],
  },
  {
    number: 5,
    name: 'cluster-base',
    title: 'Cluster base',
    roles: ['install-argocd', 'install-cert-manager', 'install-longhorn', 'setup-vault-injector'],
  },
  {
    number: 6,
    name: 'middleware',
    title: 'Middleware',
    roles: ['install-minio', 'install-keycloak', 'install-kafka', 'install-n8n', 'install-flowable'],
  },
  {
    number: 7,
    name: 'api-management',
    title: 'API management',
    roles: ['install-gravitee-lan', 'install-gravitee-dmz'],
  },
  {
    number: 8,
    name: 'security-and-monitoring',
    title: 'Security and monitoring',
    roles: ['install-neuvector', 'install-monitoring'],
  },
  { number: 9, name: 'applications', title: 'Applications', roles: ['install-eservices', 'install-gco'] },
] as const;

export type PhaseName = (typeof phases)[number]['name'];
export type RoleName = (typeof phases)[number]['roles'][number];

export const phaseNames: readonly PhaseName[] = phases.map((phase) => phase.name);
export const roleNames: readonly RoleName[] = phases.flatMap((phase) => [...phase.roles]);
