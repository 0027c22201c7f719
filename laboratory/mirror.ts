import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.js';
import { signingKey, type SigningKey } from './signing-key.js';

/** What prepare-vms installs on any machine of any site: a test compares it with the role. */
export const preparationPackages = [
  'auditd',
  'ca-certificates',
  'chrony',
  'cryptsetup',
  'curl',
  'e2fsprogs',
  'iproute2',
  'netcat-openbsd',
  'nfs-common',
  'nftables',
  'open-iscsi',
  'openssl',
  'rsyslog',
  'rsyslog-openssl',
  'sudo',
  'unattended-upgrades',
  'xfsprogs',
];

/** That, and what the roles after it install. */
export const mirrorPackages = [
  ...preparationPackages,
  'docker-registry',
  'git',
  'haproxy',
  'keepalived',
  'logrotate',
  'sqlite3',
  'unzip',
];

const architecture = 'amd64';

/**
 * Fills a mirror with those packages and all that they need beyond the template, laid out and signed as Debian's own.
 * The template is made to trust the mirror's key.
 * @param sources a file that says where this computer's packages come from
 */
export async function fillMirror(
  root: string,
  mirror: string,
  sources: string,
  suite: string,
): Promise<void> {
  const debian = join(mirror, 'debian');
  const pool = join(debian, 'pool');
  await mkdir(pool, { recursive: true });
  await download(root, pool, sources);
  const key = await signingKey(join(mirror, '.key'));
  try {
    const keyrings = join(root, 'etc/apt/trusted.gpg.d');
    await mkdir(keyrings, { recursive: true });
    await copyFile(key.publicKeyFile, join(keyrings, 'mirror.gpg'));
    const packages = await run(['apt-ftparchive', 'packages', 'pool'], { cwd: debian });
    await publish(debian, suite, packages, key);
    await publish(debian, `${suite}-updates`, '', key);
    await publish(join(mirror, 'debian-security'), `${suite}-security`, '', key);
  } finally {
    await key.forget();
  }
}

/** Asks this computer's package sources on the template's behalf; the template itself is left without lists. */
async function download(root: string, pool: string, sources: string): Promise<void> {
  const parts = join(root, 'etc/apt/sources.list.d');
  for (const file of await readdir(parts)) await rm(join(parts, file));
  await copyFile(
    sources,
    join(root, 'etc/apt', sources.endsWith('.sources') ? 'sources.list.d/debian.sources' : 'sources.list'),
  );
  const apt = [
    'apt-get',
    '-q',
    '-y',
    ...[
      `Dir=${root}`,
      `Dir::State::status=${join(root, 'var/lib/dpkg/status')}`,
      `APT::Architecture=${architecture}`,
      // Folders of root's are no reason for a warning.
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option]),
  ];
  await run([...apt, 'update']);
  await run([...apt, '--no-install-recommends', '--download-only', 'install', ...mirrorPackages]);
  const archives = join(root, 'var/cache/apt/archives');
  for (const file of await readdir(archives))
    if (file.endsWith('.deb')) await rename(join(archives, file), join(pool, file));
  await run([...apt, 'clean']);
  for (const file of await readdir(join(root, 'var/lib/apt/lists')))
    await rm(join(root, 'var/lib/apt/lists', file), { recursive: true });
}

/** @see https://wiki.debian.org/DebianRepository/Format */
async function publish(folder: string, suite: string, packages: string, key: SigningKey): Promise<void> {
  const dists = join(folder, 'dists', suite);
  const index = join(dists, 'main', `binary-${architecture}`);
  await mkdir(index, { recursive: true });
  await writeFile(join(index, 'Packages'), packages);
  const fields = {
    Origin: 'Debian',
    Label: 'Debian',
    Suite: suite,
    Codename: suite,
    Architectures: architecture,
    Components: 'main',
  };
  const options = Object.entries(fields).flatMap(([name, value]) => [
    '-o',
    `APT::FTPArchive::Release::${name}=${value}`,
  ]);
  await writeFile(join(dists, 'Release'), await run(['apt-ftparchive', ...options, 'release', dists]));
  await key.sign(join(dists, 'Release'), join(dists, 'InRelease'));
}
