import { authorityOf } from '../../config/certificates/authority.js';
import { registryConfiguration } from '../../activities/roles/3-base-infrastructure/registry/configuration.js';
import { htpasswdFile } from '../../activities/roles/3-base-infrastructure/registry/htpasswd.js';
import {
  configurationPath,
  htpasswdPath,
  registryPaths,
  registryPorts,
  registryUnits,
  type RegistryInstance,
} from '../../activities/roles/3-base-infrastructure/registry/settings.js';
import { loginOf } from '../../activities/roles/3-base-infrastructure/registry/state.js';
import { registryUnit } from '../../activities/roles/3-base-infrastructure/registry/units.js';
import { startUnit } from '../../sandbox/machine/units.js';
import { serverPair } from '../server-pair.js';
import { registryContract, type RegistryUnderTest } from './registry-contract.js';
import { MachinesUnderTest } from './sandbox-machines.js';

/** Two units with the role's own texts on a simulated machine. */
registryContract('the sandbox', async (): Promise<RegistryUnderTest> => {
  const under = await MachinesUnderTest.boot(['gitops-1']);
  const [machine] = under.machines.powered();
  if (!machine) throw new Error('the machine is not on');
  const { site } = under.plan;
  const authority = await authorityOf(site, under.secrets);
  const { key, certificate } = serverPair(authority, 'registry', [], [machine.address]);
  const write = async (path: string, content: string): Promise<void> => {
    await machine.files.mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    await machine.files.writeFile(path, content);
  };
  await write(registryPaths.program, 'the program\n');
  await write(registryPaths.certificate, key + certificate);
  await machine.files.appendFile('/etc/passwd', 'registry:x:990:990::/var/lib/registry:/usr/sbin/nologin\n');
  const start = async (instance: RegistryInstance): Promise<RegistryUnderTest['push']> => {
    const login = loginOf(under.secrets, instance);
    const httpSecret = under.secrets.registryHttpSecret();
    await write(configurationPath(instance), registryConfiguration({ instance, httpSecret }));
    await write(htpasswdPath(instance), htpasswdFile([login]));
    await write(
      `/etc/systemd/system/${registryUnits[instance]}`,
      registryUnit({ instance, pushers: site.management }),
    );
    await startUnit(machine, registryUnits[instance]);
    return {
      url: `https://${machine.address}:${registryPorts[instance]}`,
      login: { username: login.user, password: login.password },
    };
  };
  const [push, pull] = [await start('push'), await start('pull')];
  return { ca: authority.root, push, pull, close: () => under.close() };
});
