// Command gitea is Gitea of a fixed version, built from its published module: the fork of Gogs that still answers most of
// Gogs' API, for tests against a real server. Gogs itself cannot be built from what Go's module proxy holds.
package main

import (
	"os"
	"time"

	"code.gitea.io/gitea/cmd"
	"code.gitea.io/gitea/modules/log"
	"code.gitea.io/gitea/modules/setting"
)

const version = "1.25.4"

func main() {
	setting.AppVer = version
	setting.AppStartTime = time.Now().UTC()
	err := cmd.RunMainApp(cmd.NewMainApp(cmd.AppVersion{Version: version}), os.Args...)
	log.GetManager().Close()
	if err != nil {
		os.Exit(1)
	}
}
