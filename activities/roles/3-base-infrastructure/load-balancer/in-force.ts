import { quote } from '../../../host/quote.js';
import type { Resource } from '../../../host/resource.js';
import { paths } from './paths.js';

/**
 * Needs curl, systemctl, sleep. A file that is right says nothing of the process: HAProxy itself is asked which
 * configuration it has. A reload keeps open connections; the old process goes on with them and ends by itself.
 */
const inForceLibrary = `answers() { curl --silent --max-time 1 --unix-socket "$1" http://haproxy/ 2>/dev/null || :; }
in_force() {
  if [ "$(answers "$1")" = "$2" ]; then return 0; fi
  if differs 'HAProxy has another configuration in force'; then
    systemctl reload-or-restart haproxy.service
    left=50
    until [ "$(answers "$1")" = "$2" ]; do
      left=$((left - 1))
      if [ "$left" = 0 ]; then
        echo 'HAProxy did not take its configuration over: journalctl --unit haproxy' >&2
        exit 1
      fi
      sleep 0.2
    done
  fi
}`;

/** HAProxy runs with the configuration that has this fingerprint. */
export function inForce(fingerprint: string): Resource {
  return {
    title: 'configuration in force',
    library: [inForceLibrary],
    call: `in_force ${quote(paths.healthSocket)} ${quote(fingerprint)}`,
    notify: [],
  };
}
