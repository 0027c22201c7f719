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
  certificate: certificatePath('gogs'),
} as const;
