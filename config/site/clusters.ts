import { z } from 'zod';
import { Cidr } from './address.js';

export const clusterNames = ['apps', 'middleware', 'dmz'] as const;
export type ClusterName = (typeof clusterNames)[number];

/** Networks of one Kubernetes cluster; each cluster has its own so that Rancher and logs can tell pods apart. */
function clusterNetworks(podCidr: string, serviceCidr: string) {
  return z
    .strictObject({
      podCidr: Cidr.default(podCidr).describe('Network of the pods; every node takes a /24 of it'),
      serviceCidr: Cidr.default(serviceCidr).describe('Network of the services'),
    })
    .prefault({});
}

export const Clusters = z
  .strictObject({
    apps: clusterNetworks('10.42.0.0/16', '10.43.0.0/16').describe('Products and Gravitee inside'),
    middleware: clusterNetworks('10.44.0.0/16', '10.45.0.0/16').describe(
      'Rancher, Argo CD, Keycloak, Kafka and the like',
    ),
    dmz: clusterNetworks('10.46.0.0/16', '10.47.0.0/16').describe('Gravitee towards the Internet'),
  })
  .prefault({});
export type Clusters = z.infer<typeof Clusters>;
