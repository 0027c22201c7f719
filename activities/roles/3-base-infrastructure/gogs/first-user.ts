import { quote } from '../../../host/quote.js';
import { gogsConfiguration } from './configuration.js';
import { gogsAccount, gogsUnitName, type GogsSettings } from './settings.js';
import { firstUserUnit } from './unit.js';

const folder = '/run/gogs-first-user';
const socket = `${folder}/socket`;
const configuration = `${folder}/app.ini`;
const unitName = 'gogs-first-user.service';
const unitPath = `/run/systemd/system/${unitName}`;

export type FirstUser = { username: string; email: string; password: string };

/**
 * Shell that registers the first user of a Gogs, who is its administrator. Gogs' own command for that takes the password as
 * an argument, which every account of the machine can read; so Gogs itself runs for a moment where nobody but root and its
 * own account can reach it, with registration open, and is asked there. It says what Gogs answered: 302 for a new user, 422
 * for a name or an address that is taken.
 * @see https://github.com/gogs/gogs/blob/v0.14.3/internal/route/user/auth.go
 */
export function firstUserScript(settings: GogsSettings, { username, email, password }: FirstUser): string {
  const form = new URLSearchParams({ user_name: username, email, password, retype: password }).toString();
  const page = 'http://localhost/user/sign_up';
  return `end() {
  systemctl stop ${unitName} 2>/dev/null || :
  rm -rf ${folder} ${unitPath}
  systemctl daemon-reload
}
ask() { curl --silent --max-time 30 --output ${folder}/page --write-out '%{http_code}' --unix-socket ${socket} "$@" || :; }
answers() {
  waited=0
  until [ "$(ask ${page})" = 200 ]; do
    waited=$((waited + 1))
    if [ $waited -gt 150 ] || ! systemctl is-active --quiet ${unitName}; then
      echo 'Gogs does not answer on its socket. Look: journalctl -u ${unitName}' >&2
      return 1
    fi
    sleep 0.2
  done
}
register() {
  install -d -m 0700 -o ${gogsAccount} -g ${gogsAccount} ${folder} &&
    (umask 077 && printf %s ${quote(gogsConfiguration(settings, { socket }))} >${configuration}) &&
    chown ${gogsAccount}:${gogsAccount} ${configuration} &&
    mkdir -p /run/systemd/system &&
    printf %s ${quote(firstUserUnit(folder, configuration))} >${unitPath} &&
    systemctl daemon-reload &&
    systemctl start ${unitName} &&
    answers &&
    printf %s ${quote(form)} | ask --data @- ${page}
}
main() {
  set -eu
  end
  systemctl stop ${gogsUnitName}
  if register; then status=0; else status=1; fi
  end
  systemctl start ${gogsUnitName}
  exit $status
}
main
`;
}
