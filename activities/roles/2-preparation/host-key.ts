import type { SshKeyPair } from '../../../config/secrets-keys.js';
import { file } from '../../host/file.js';
import { reload, type Resource } from '../../host/resource.js';
import type { OperatingSystem } from './os.js';

const path = '/etc/ssh/ssh_host_ed25519_key';

/** The derived host key in place of the one that cloud-init brought, which the hypervisor's administrators could read. */
export function hostKey({ privateKey, publicKey }: SshKeyPair, os: OperatingSystem): Resource[] {
  const notify = [reload(os.sshUnit)];
  return [
    file({ path: `${path}.pub`, content: `${publicKey}\n` }),
    file({ path, mode: '0600', content: privateKey, secret: true, notify }),
  ];
}
