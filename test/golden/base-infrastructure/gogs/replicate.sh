set -eu
if [ $# = 0 ] && ! systemctl is-active --quiet gogs.service; then exit 0; fi
pack() {
  work=$(mktemp -d /var/lib/gogs/copy.XXXXXX)
  status=0
  sqlite3 /var/lib/gogs/gogs.db '.timeout 20000' ".backup $work/gogs.db" || status=2
  if [ $status = 0 ]; then
    tar -czf "$1" -C "$work" gogs.db -C /var/lib/gogs repositories || status=$?
  fi
  rm -rf "$work"
  [ $status -le 1 ]
}
unpack() {
  new=/var/lib/gogs/new
  rm -rf $new
  mkdir $new
  tar -xzf "$1" -C $new
  test -s $new/gogs.db
  test -d $new/repositories
  systemctl stop gogs.service
  rm -rf /var/lib/gogs/repositories /var/lib/gogs/gogs.db /var/lib/gogs/gogs.db-wal /var/lib/gogs/gogs.db-shm /var/lib/gogs/gogs.db-journal
  mv $new/gogs.db $new/repositories /var/lib/gogs/
  chown -R git:git /var/lib/gogs/gogs.db /var/lib/gogs/repositories
  chmod 0700 /var/lib/gogs/repositories
  rm -rf $new
  sync -f /var/lib/gogs
}
send() {
  base64 "$copy" | ssh -i /etc/gogs/replication.key -p 22 -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/etc/gogs/replication.known_hosts -o ConnectTimeout=10 -o ServerAliveInterval=15 gogs-replica@10.10.0.16 receive
}
copy=$(mktemp /var/lib/gogs/replica.XXXXXX)
if pack "$copy" && send; then status=0; else status=1; fi
rm -f "$copy"
exit $status
