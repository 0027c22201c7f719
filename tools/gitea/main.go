// Command gitea is Gitea of a fixed version, built from its published module: the fork of Gogs that still answers most of
// Gogs' API, for tests against a real server. Gogs itself cannot be built from what Go's module proxy holds. Called gogs,
// it stands in for Gogs: it takes Gogs' configuration and answers as Gogs does where the two differ.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"code.gitea.io/gitea/cmd"
	"code.gitea.io/gitea/modules/log"
	"code.gitea.io/gitea/modules/setting"
)

const version = "1.25.4"

func main() {
	setting.AppVer = version
	setting.AppStartTime = time.Now().UTC()
	err := run(os.Args)
	log.GetManager().Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is Gitea's own command line but for `gogs web --config FILE` and `gitea stand-in STATIC PROGRAM`.
func run(args []string) error {
	if len(args) == 4 && args[1] == "stand-in" {
		return writeStandIn(args[2], args[3])
	}
	if filepath.Base(args[0]) == "gogs" && len(args) == 4 && args[1] == "web" && args[2] == "--config" {
		return standIn(args[3])
	}
	return gitea(args)
}

func gitea(args []string) error {
	return cmd.RunMainApp(cmd.NewMainApp(cmd.AppVersion{Version: version}), args...)
}
