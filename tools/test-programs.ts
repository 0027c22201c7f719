import { spawnSync } from 'node:child_process';

/** Real programs that tests are held against, beside Node and the packages: how to see that one works, how to get it. */
const programs = {
  shellcheck: { works: ['shellcheck', '--version'], install: 'shellcheck', for: 'lint of host scripts' },
  'ssh-keygen': { works: ['ssh-keygen', '-?'], install: 'openssh-client', for: 'keys as OpenSSH reads them' },
  sshd: { works: ['/usr/sbin/sshd', '-?'], install: 'openssh-server', for: 'SSH client and hardening' },
  nft: {
    works: ['unshare', '-rn', '/usr/sbin/nft', 'list', 'tables'],
    install: 'nftables',
    for: 'firewall in a network namespace',
  },
  haproxy: { works: ['/usr/sbin/haproxy', '-v'], install: 'haproxy', for: 'configuration of load balancers' },
  keepalived: {
    works: ['/usr/sbin/keepalived', '--version'],
    install: 'keepalived',
    for: 'configuration of load balancers',
  },
  namespaces: {
    works: ['unshare', '-mn', '/usr/sbin/ip', 'link', 'add', 'test', 'type', 'bridge'],
    install: 'iproute2, and to be root',
    for: 'load balancers in network namespaces',
  },
  curl: { works: ['curl', '--version'], install: 'curl', for: 'health of load balancers, artefacts' },
  unzip: { works: ['unzip', '-v'], install: 'unzip', for: 'artefacts that are zip archives' },
  'update-ca-certificates': {
    works: ['update-ca-certificates', '--help'],
    install: 'ca-certificates',
    for: 'trust in authorities',
  },
  strace: { works: ['strace', '-V'], install: 'strace', for: 'no secret in an argument' },
  chromium: { works: ['chromium', '--version'], install: 'chromium', for: 'links into the Web UI' },
  'docker-registry': {
    works: ['docker-registry', '--version'],
    install: 'docker-registry',
    for: "registry client against distribution's registry",
  },
  skopeo: { works: ['skopeo', '--version'], install: 'skopeo', for: 'pulls of what was mirrored' },
  git: { works: ['git', '--version'], install: 'git', for: 'Gogs and git clients against a real server' },
  gcc: { works: ['gcc', '--version'], install: 'gcc libc6-dev', for: 'SQLite of that server' },
  go: { works: ['go', 'version'], install: 'golang', for: "vSphere client against govmomi's simulator" },
} as const;
export type TestProgram = keyof typeof programs;

const known = new Map<TestProgram, boolean>();

/**
 * Whether tests that need a program can run. Always true in CI, where such a test then fails rather than be left out.
 */
export function canTestWith(name: TestProgram): boolean {
  return process.env['CI'] !== undefined || works(name);
}

/** The programs that are missing here, each as one line for a person. */
export function missingTestPrograms(): string[] {
  return (Object.keys(programs) as TestProgram[])
    .filter((name) => !works(name))
    .map((name) => `tests with ${name} (${programs[name].for}): apt-get install ${programs[name].install}`);
}

/** Programs answer a wrong or a harmless option in their own way; one that is not there answers nothing. */
function works(name: TestProgram): boolean {
  const found = known.get(name) ?? worksNow(name);
  known.set(name, found);
  return found;
}

/** Those that are there and may still be refused what they are needed for. */
const needsRights: readonly TestProgram[] = ['nft', 'namespaces'];

function worksNow(name: TestProgram): boolean {
  const [program, ...args] = programs[name].works;
  const { error, status } = spawnSync(program, args, { stdio: 'ignore' });
  return error === undefined && (!needsRights.includes(name) || status === 0);
}
