import { gogsAccount, gogsPaths, gogsPort, type GogsSettings } from './settings.js';

type Section = Readonly<Record<string, string | number | boolean>>;

/**
 * Where a Gogs listens to which nobody has registered yet: a socket that root and its own account alone may open. Whoever
 * registers there first is the administrator.
 */
export type FirstUserAt = { socket: string };

/**
 * app.ini of Gogs 0.14: what differs from its defaults. INSTALL_LOCK closes the page on which whoever comes first becomes the
 * administrator; version 0.15 has neither.
 * @throws Error for a value that the file would not give back: Gogs expands `$NAME` and `%(KEY)s`
 * @see https://github.com/gogs/gogs/blob/v0.14.3/conf/app.ini
 */
export function gogsConfiguration(settings: GogsSettings, firstUserAt?: FirstUserAt): string {
  const { domain, secretKey, hookHosts } = settings;
  const sections: Readonly<Record<string, Section>> = {
    server: {
      EXTERNAL_URL: `https://${domain}/`,
      DOMAIN: domain,
      ...(firstUserAt === undefined ? listening : onSocket(firstUserAt)),
      // Its own commands, which git runs as hooks, ask it here.
      LOCAL_ROOT_URL: `https://127.0.0.1:${gogsPort}/`,
      OFFLINE_MODE: true,
      APP_DATA_PATH: `${gogsPaths.data}/data`,
      ...(firstUserAt === undefined ? sshOf(settings) : { DISABLE_SSH: true }),
    },
    repository: {
      ROOT: gogsPaths.repositories,
      FORCE_PRIVATE: true,
      DEFAULT_BRANCH: 'master',
    },
    'repository.upload': { TEMP_PATH: `${gogsPaths.data}/uploads` },
    database: { TYPE: 'sqlite3', PATH: gogsPaths.database },
    security: {
      INSTALL_LOCK: true,
      SECRET_KEY: secretKey,
      COOKIE_SECURE: true,
      // Names, not networks; every other private address is refused.
      LOCAL_NETWORK_ALLOWLIST: hookHosts.join(),
    },
    auth: {
      DISABLE_REGISTRATION: firstUserAt === undefined,
      ENABLE_REGISTRATION_CAPTCHA: firstUserAt === undefined,
      REQUIRE_SIGNIN_VIEW: true,
    },
    session: { COOKIE_SECURE: true },
    admin: { DISABLE_REGULAR_ORG_CREATION: true },
    webhook: { TYPES: 'gogs', SKIP_TLS_VERIFY: false },
    log: { MODE: 'console', LEVEL: 'Info', ROOT_PATH: `${gogsPaths.data}/log` },
    // Everybody could read them.
    prometheus: { ENABLED: false },
  };
  const texts = Object.entries(sections).map(([name, section]) => `[${name}]\n${linesOf(section)}`);
  return [linesOf({ RUN_USER: gogsAccount, RUN_MODE: 'prod' }), ...texts].join('\n');
}

const listening: Section = {
  PROTOCOL: 'https',
  HTTP_PORT: gogsPort,
  CERT_FILE: gogsPaths.certificate,
  KEY_FILE: gogsPaths.certificate,
  TLS_MIN_VERSION: 'TLS12',
};

function onSocket({ socket }: FirstUserAt): Section {
  return { PROTOCOL: 'unix', HTTP_ADDR: socket, UNIX_SOCKET_PERMISSION: '600' };
}

function sshOf({ domain, sshPort }: GogsSettings): Section {
  if (sshPort === undefined) return { DISABLE_SSH: true };
  return {
    START_SSH_SERVER: true,
    SSH_DOMAIN: domain,
    SSH_PORT: sshPort,
    SSH_LISTEN_PORT: sshPort,
    SSH_SERVER_ALGORITHMS: 'ed25519',
  };
}

function linesOf(section: Section): string {
  return Object.entries(section)
    .map(([key, value]) => `${key} = ${plain(key, String(value))}\n`)
    .join('');
}

function plain(key: string, value: string): string {
  if (/[$%`"'\\\s]/.test(value)) throw new Error(`${key} has a character that app.ini would not give back`);
  return value;
}
