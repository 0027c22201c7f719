end() {
  systemctl stop gogs-first-user.service 2>/dev/null || :
  rm -rf /run/gogs-first-user /run/systemd/system/gogs-first-user.service
  systemctl daemon-reload
}
ask() { curl --silent --max-time 30 --output /run/gogs-first-user/page --write-out '%{http_code}' --unix-socket /run/gogs-first-user/socket "$@" || :; }
answers() {
  waited=0
  until [ "$(ask http://localhost/user/sign_up)" = 200 ]; do
    waited=$((waited + 1))
    if [ $waited -gt 150 ] || ! systemctl is-active --quiet gogs-first-user.service; then
      echo 'Gogs does not answer on its socket. Look: journalctl -u gogs-first-user.service' >&2
      return 1
    fi
    sleep 0.2
  done
}
register() {
  install -d -m 0700 -o git -g git /run/gogs-first-user &&
    (umask 077 && printf %s 'RUN_USER = git
RUN_MODE = prod

[server]
EXTERNAL_URL = https://gogs.site-a.example.org/
DOMAIN = gogs.site-a.example.org
PROTOCOL = unix
HTTP_ADDR = /run/gogs-first-user/socket
UNIX_SOCKET_PERMISSION = 600
LOCAL_ROOT_URL = https://127.0.0.1:443/
OFFLINE_MODE = true
APP_DATA_PATH = /var/lib/gogs/data
DISABLE_SSH = true

[repository]
ROOT = /var/lib/gogs/repositories
FORCE_PRIVATE = true
DEFAULT_BRANCH = master

[repository.upload]
TEMP_PATH = /var/lib/gogs/uploads

[database]
TYPE = sqlite3
PATH = /var/lib/gogs/gogs.db

[security]
INSTALL_LOCK = true
SECRET_KEY = 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
COOKIE_SECURE = true
LOCAL_NETWORK_ALLOWLIST = argocd-apps.site-a.example.org,argocd-dmz.site-a.example.org

[auth]
DISABLE_REGISTRATION = false
ENABLE_REGISTRATION_CAPTCHA = false
REQUIRE_SIGNIN_VIEW = true

[session]
COOKIE_SECURE = true

[admin]
DISABLE_REGULAR_ORG_CREATION = true

[webhook]
TYPES = gogs
SKIP_TLS_VERIFY = false

[log]
MODE = console
LEVEL = Info
ROOT_PATH = /var/lib/gogs/log

[prometheus]
ENABLED = false
' >/run/gogs-first-user/app.ini) &&
    chown git:git /run/gogs-first-user/app.ini &&
    mkdir -p /run/systemd/system &&
    printf %s '[Unit]
Description=Gogs before it has a user

[Service]
User=git
Group=git
WorkingDirectory=/var/lib/gogs
Environment=GOGS_WORK_DIR=/var/lib/gogs HOME=/var/lib/gogs USER=git
ExecStart=/usr/local/bin/gogs web --config /run/gogs-first-user/app.ini
LimitNOFILE=65536
ReadWritePaths=/var/lib/gogs
RuntimeMaxSec=120
ReadWritePaths=/run/gogs-first-user
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0027
' >/run/systemd/system/gogs-first-user.service &&
    systemctl daemon-reload &&
    systemctl start gogs-first-user.service &&
    answers &&
    printf %s 'user_name=socle&email=socle%40site-a.example.org&password=the+password&retype=the+password' | ask --data @- http://localhost/user/sign_up
}
main() {
  set -eu
  end
  systemctl stop gogs.service
  if register; then status=0; else status=1; fi
  end
  systemctl start gogs.service
  exit $status
}
main
