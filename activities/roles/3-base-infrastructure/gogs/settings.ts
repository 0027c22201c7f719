import { certificatePath } from '../../../certificates/server-certificate.js';

/** What the configuration of a Gogs is made from. */
export type GogsSettings = {
  /** Name that people, Argo CD and git reach it by. */
  domain: string;
  /** Encrypts what is stored of two-factor logins; it must stay what it is. Hexadecimal. */
  secretKey: string;
  /** Names of hosts in private networks that hooks may tell of pushes, exactly as the hooks name them. */
  hookHosts: readonly string[];
  /** Port of the SSH server that Gogs has built in; deploy keys need it. No SSH when absent. */
  sshPort?: number;
};

export const gogsPort = 443;

/** Users: the administrator, who is Socle itself, and the one whom Argo CD reads as. */
export const gogsUsers = { administrator: 'socle', reader: 'argocd' } as const;

/** What Argo CD is fed from. */
export const gitopsRepository = { owner: 'platform', name: 'gitops' } as const;
export const gitopsBranch = 'master';

/** System account that Gogs runs as; Gogs itself wants to be told, and ends when it is another. */
export const gogsAccount = 'git';
export const gogsUnitName = 'gogs.service';

/** Where everything of Gogs lies on its machine. Key and certificate are one file, as the certificate's step writes it. */
export const gogsPaths = {
  program: '/usr/local/bin/gogs',
  settings: '/etc/gogs',
  configuration: '/etc/gogs/app.ini',
  data: '/var/lib/gogs',
  repositories: '/var/lib/gogs/repositories',
  database: '/var/lib/gogs/gogs.db',
  unit: `/etc/systemd/system/${gogsUnitName}`,
  /** Sealed: what the administrator asks with. */
  token: '/etc/gogs/administrator.token',
  certificate: certificatePath('gogs'),
} as const;

/** What one machine keeps of the other, and what it is sent with. */
export const replica = {
  account: 'gogs-replica',
  folder: '/var/lib/gogs-replica',
  copy: '/var/lib/gogs-replica/copy.tar.gz',
  key: '/etc/gogs/replication.key',
  knownHosts: '/etc/gogs/replication.known_hosts',
  script: '/etc/gogs/replicate.sh',
  unit: 'gogs-replicate.service',
  timer: 'gogs-replicate.timer',
} as const;
