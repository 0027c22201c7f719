import type { RiseAndFall } from '../health.js';

export type CheckScript = RiseAndFall & {
  name: string;
  path: string;
  intervalSeconds: number;
  timeoutSeconds: number;
};

export type VirtualRouter = {
  name: string;
  version: 2 | 3;
  card: string;
  routerId: number;
  priority: number;
  intervalSeconds: number;
  source: string;
  peers: string[];
  addresses: { address: string; card: string }[];
  scripts: string[];
};

export type KeepalivedConfiguration = {
  scriptSecurity: boolean;
  scripts: CheckScript[];
  routers: VirtualRouter[];
};
