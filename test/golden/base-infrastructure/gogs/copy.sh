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
