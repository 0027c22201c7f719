import { attributesLibrary, fileCall, fileLibrary } from './file.js';
import { quote } from './quote.js';
import { rereadUnits, type Resource } from './resource.js';
import { restoreUnit, timedRestoreLibrary } from './timed-restore.js';

const rules = '/etc/socle/firewall.nft';
const unitName = 'socle-firewall.service';
const unitPath = `/etc/systemd/system/${unitName}`;

/** What the kernel answered right after the rules were loaded; anything else later is a change by somebody. */
const loaded = '/etc/socle/firewall.loaded';

const unit = `[Unit]
Description=Socle's firewall: the table inet socle
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service
Before=network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${rules}

[Install]
WantedBy=sysinit.target
`;

/** Needs nft, sha256sum, systemctl. Only the table inet socle is ever touched. */
const firewallLibrary = `firewall_now() { sha256sum <"$1" && nft -s list table inet socle; }
firewall() {
  if unconfirmed firewall; then
    differs 'the rules wait for their confirmation' || :
    return 0
  fi
  if [ -e "$1" ] && [ "$(cat "$1" && printf x)" = "$3x" ] && [ "$(firewall_now "$1" 2>/dev/null || :)" = "$(cat "$2" 2>/dev/null || :)" ]; then
    return 0
  fi
  if differs "table inet socle: other rules"; then
    arm_restore firewall "$3" "rm -f $2; nft delete table inet socle; [ ! -e $1 ] || nft -f $1" "$1"
    replace "$1" 600 root:root hidden 'nft -c -f "$new"' "$3"
    nft -f "$1"
    firewall_now "$1" >"$2"
    applied firewall
  fi
}`;

/**
 * The rules of the table inet socle, loaded in one transaction and at every boot. Unless a new connection confirms them
 * within a minute (timed-restore.ts), the rules from before come back.
 */
export function firewall(ruleset: string): Resource[] {
  return [rulesInForce(ruleset), loadedAtBoot];
}

function rulesInForce(ruleset: string): Resource {
  return {
    title: 'firewall',
    library: [attributesLibrary, fileLibrary, timedRestoreLibrary, firewallLibrary],
    call: `firewall ${rules} ${loaded} ${quote(ruleset)}`,
    notify: [],
    looksAt: { units: [restoreUnit] },
  };
}

/** Apart from the rules, so that a change of rules alone does not make systemd read its units again. */
const loadedAtBoot: Resource = {
  title: 'firewall at boot',
  library: [attributesLibrary, fileLibrary],
  call: [
    fileCall({ path: unitPath, content: unit }),
    `if ! starts_at_boot ${unitName}; then`,
    `if differs 'not loaded at boot'; then systemctl enable --quiet --no-reload ${unitName}; fi`,
    'fi',
  ].join('\n'),
  notify: [rereadUnits],
  looksAt: { paths: [unitPath], units: [unitName] },
};

/** Shell that takes the firewall away again. */
export const removeFirewall = {
  unless: `! nft list table inet socle && [ ! -e ${rules} ]`,
  run: `systemctl disable --quiet ${unitName} 2>/dev/null || :
nft delete table inet socle 2>/dev/null || :
rm -f ${unitPath} ${rules} ${loaded}
systemctl daemon-reload`,
};
