// Command vault is HashiCorp's Vault of the version that Socle installs, built from its published module for tests
// against the real program: all of it but the web console, whose files the module lacks.
package main

import (
	"os"

	"github.com/hashicorp/vault/command"
)

func main() {
	os.Exit(command.Run(os.Args[1:]))
}
