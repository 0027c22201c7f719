import { gogsAccount, gogsPaths, gogsUnitName } from './settings.js';

const { data, repositories, database } = gogsPaths;
const databaseName = database.slice(data.length + 1);
const repositoriesName = repositories.slice(data.length + 1);

/**
 * Shell functions that copy all that Gogs holds into a file while it is written to, and put such a copy in its place. The
 * database comes first: a repository that is newer than it does no harm, one that is missing would. tar ends with 1 when a
 * folder changed while it was read, as by a push, which git bears. Needs sqlite3, tar, gzip.
 */
export const copyLibrary = `pack() {
  work=$(mktemp -d ${data}/copy.XXXXXX)
  status=0
  sqlite3 ${database} '.timeout 20000' ".backup $work/${databaseName}" || status=2
  if [ $status = 0 ]; then
    tar -czf "$1" -C "$work" ${databaseName} -C ${data} ${repositoriesName} || status=$?
  fi
  rm -rf "$work"
  [ $status -le 1 ]
}
unpack() {
  new=${data}/new
  rm -rf $new
  mkdir $new
  tar -xzf "$1" -C $new
  test -s $new/${databaseName}
  test -d $new/${repositoriesName}
  systemctl stop ${gogsUnitName}
  rm -rf ${repositories} ${database} ${database}-wal ${database}-shm ${database}-journal
  mv $new/${databaseName} $new/${repositoriesName} ${data}/
  chown -R ${gogsAccount}:${gogsAccount} ${database} ${repositories}
  chmod 0700 ${repositories}
  rm -rf $new
  sync -f ${data}
}
`;
