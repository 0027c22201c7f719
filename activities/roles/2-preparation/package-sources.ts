import type { ArtifactAccess } from '../../artifacts/access.js';
import type { Site } from '../../../config/site.js';
import { absent } from '../../host/absent.js';
import { command } from '../../host/command.js';
import { file } from '../../host/file.js';
import type { Resource } from '../../host/resource.js';
import type { PrepareVmsInputs } from './inputs.js';
import type { OperatingSystem } from './os.js';

const codenames: Record<string, string> = {
  'debian-12': 'bookworm',
  'debian-13': 'trixie',
  'ubuntu-22.04': 'jammy',
  'ubuntu-24.04': 'noble',
};

/** The site's mirror as the only source of packages, with its credentials. */
export function packageSources(
  site: Site,
  os: OperatingSystem,
  inputs: PrepareVmsInputs,
  access: ArtifactAccess,
): Resource[] {
  return os.family === 'debian' ? aptSources(site, os, inputs, access) : dnfSources(site, os, access);
}

function aptSources(
  site: Site,
  { name }: OperatingSystem,
  inputs: PrepareVmsInputs,
  access: ArtifactAccess,
): Resource[] {
  const url = site.artifacts.packages.replace(/\/$/, '');
  const codename = codenames[name] ?? '';
  const ubuntu = name.startsWith('ubuntu');
  const components = ubuntu ? 'main universe' : 'main';
  const security = inputs.securityPackages ?? (ubuntu ? url : `${url}-security`);
  const lines = [
    `deb ${url} ${codename} ${components}`,
    `deb ${url} ${codename}-updates ${components}`,
    `deb ${security} ${codename}-security ${components}`,
  ];
  const { host } = new URL(url);
  return [
    file({ path: '/etc/apt/sources.list', content: `${lines.join('\n')}\n` }),
    absent({ path: '/etc/apt/sources.list.d/debian.sources' }),
    absent({ path: '/etc/apt/sources.list.d/ubuntu.sources' }),
    ...(access.username === undefined
      ? []
      : [
          file({
            path: '/etc/apt/auth.conf.d/90-socle.conf',
            mode: '0600',
            content: `machine ${host} login ${access.username} password ${access.password ?? ''}\n`,
            secret: true,
          }),
        ]),
  ];
}

/** Red Hat's layout: BaseOS and AppStream below one address. The template's own repositories are switched off. */
function dnfSources(site: Site, os: OperatingSystem, access: ArtifactAccess): Resource[] {
  const url = site.artifacts.packages.replace(/\/$/, '');
  const key = os.name === 'rocky-9' ? 'RPM-GPG-KEY-Rocky-9' : 'RPM-GPG-KEY-redhat-release';
  const login =
    access.username === undefined ? '' : `username=${access.username}\npassword=${access.password ?? ''}\n`;
  const section = (name: string): string => `[socle-${name.toLowerCase()}]
name=${name} of the site's mirror
baseurl=${url}/${name}/
enabled=1
gpgcheck=1
gpgkey=file:///etc/pki/rpm-gpg/${key}
sslverify=1
${login}`;
  return [
    file({
      path: '/etc/yum.repos.d/socle.repo',
      mode: '0600',
      content: `${section('BaseOS')}\n${section('AppStream')}`,
      secret: true,
    }),
    command({
      title: 'other package sources',
      unless: '! ls /etc/yum.repos.d/*.repo | grep -qv /socle.repo',
      run: 'for repo in /etc/yum.repos.d/*.repo; do case $repo in */socle.repo) ;; *) mv -f "$repo" "$repo.off" ;; esac; done',
      reason: 'repositories besides the mirror',
    }),
  ];
}
