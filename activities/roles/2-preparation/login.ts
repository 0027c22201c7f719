import { file } from '../../host/file.js';
import type { Resource } from '../../host/resource.js';

/** Banner, file modes of new files, no core dumps. */
export function login(banner: string): Resource[] {
  const text = `${banner.trimEnd()}\n`;
  return [
    file({ path: '/etc/issue', content: text }),
    file({ path: '/etc/issue.net', content: text }),
    file({ path: '/etc/profile.d/90-socle.sh', content: 'umask 027\nTMOUT=1800\nreadonly TMOUT\n' }),
    file({ path: '/etc/security/limits.d/90-socle.conf', content: '* hard core 0\n* soft core 0\n' }),
    file({
      path: '/etc/systemd/coredump.conf.d/90-socle.conf',
      content: '[Coredump]\nStorage=none\nProcessSizeMax=0\n',
    }),
  ];
}
