package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"gopkg.in/ini.v1"
)

// standIn runs Gitea with what a configuration of Gogs says, and in front of it what makes its answers those of Gogs. Keys
// that it does not know are left out, as Gogs does.
func standIn(gogsFile string) error {
	gogs, err := ini.Load(gogsFile)
	if err != nil {
		return fmt.Errorf("read %s: %w", gogsFile, err)
	}
	if err := isRunUser(gogs.Section("").Key("RUN_USER").String()); err != nil {
		return err
	}
	work := os.Getenv("GOGS_WORK_DIR")
	folder := filepath.Join(work, "stand-in")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := unpackStatic(filepath.Join(folder, "static")); err != nil {
		return err
	}
	server := gogs.Section("server")
	socket := server.Key("HTTP_ADDR").String()
	isFront := server.Key("PROTOCOL").String() == "https"
	if isFront {
		socket = filepath.Join(folder, "socket")
	}
	configuration := filepath.Join(folder, "app.ini")
	if err := giteaConfiguration(gogs, folder, socket).SaveTo(configuration); err != nil {
		return err
	}
	args := []string{"gitea", "web", "--config", configuration, "--work-path", work}
	if !isFront {
		return gitea(args)
	}
	// One that was killed left its own.
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return err
	}
	ended := make(chan error, 2)
	go func() { ended <- gitea(args) }()
	go func() { ended <- front(server, socket) }()
	return <-ended
}

// isRunUser refuses to run as anybody else, as Gogs does.
func isRunUser(wanted string) error {
	current, err := user.Current()
	if err != nil {
		return err
	}
	if current.Username != wanted {
		return fmt.Errorf("the user configured to run Gogs is %q, but the current user is %q", wanted, current.Username)
	}
	return nil
}

// front listens where Gogs would, as soon as Gitea does.
func front(server *ini.Section, socket string) error {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "unix", socket)
	}
	for {
		connection, err := dial(context.Background(), "", "")
		if err == nil {
			connection.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	listener := &http.Server{
		Addr:      net.JoinHostPort(server.Key("HTTP_ADDR").String(), server.Key("HTTP_PORT").String()),
		Handler:   asGogs(&http.Transport{DialContext: dial, DisableCompression: true}),
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	return listener.ListenAndServeTLS(server.Key("CERT_FILE").String(), server.Key("KEY_FILE").String())
}

// giteaConfiguration says the same in Gitea's words. Its own internal secrets are Gogs' one: nobody else reads this file.
func giteaConfiguration(gogs *ini.File, folder, socket string) *ini.File {
	gitea := ini.Empty()
	put := func(section string, values map[string]string) {
		for key, value := range values {
			gitea.Section(section).Key(key).SetValue(value)
		}
	}
	of := func(section, key string) string { return gogs.Section(section).Key(key).String() }
	secret := of("security", "SECRET_KEY")
	put("", map[string]string{
		"RUN_USER": of("", "RUN_USER"),
		// A computer without another account tests as root.
		"I_AM_BEING_UNSAFE_RUNNING_AS_ROOT": fmt.Sprint(os.Getuid() == 0),
	})
	put("server", map[string]string{
		"PROTOCOL":                        "http+unix",
		"HTTP_ADDR":                       socket,
		"UNIX_SOCKET_PERMISSION":          "600",
		"ROOT_URL":                        of("server", "EXTERNAL_URL"),
		"STATIC_ROOT_PATH":                filepath.Join(folder, "static"),
		"OFFLINE_MODE":                    "true",
		"DISABLE_SSH":                     "true",
		"SSH_ROOT_PATH":                   filepath.Join(folder, "ssh"),
		"SSH_CREATE_AUTHORIZED_KEYS_FILE": "false",
	})
	put("database", map[string]string{"DB_TYPE": of("database", "TYPE"), "PATH": of("database", "PATH")})
	put("repository", map[string]string{
		"ROOT":           of("repository", "ROOT"),
		"DEFAULT_BRANCH": of("repository", "DEFAULT_BRANCH"),
		"FORCE_PRIVATE":  of("repository", "FORCE_PRIVATE"),
	})
	put("security", map[string]string{
		"INSTALL_LOCK":   of("security", "INSTALL_LOCK"),
		"SECRET_KEY":     secret,
		"INTERNAL_TOKEN": secret,
	})
	put("service", map[string]string{
		"DISABLE_REGISTRATION": of("auth", "DISABLE_REGISTRATION"),
		"REQUIRE_SIGNIN_VIEW":  of("auth", "REQUIRE_SIGNIN_VIEW"),
		"ENABLE_CAPTCHA":       of("auth", "ENABLE_REGISTRATION_CAPTCHA"),
	})
	put("oauth2", map[string]string{"ENABLED": "false"})
	put("indexer", map[string]string{"ISSUE_INDEXER_TYPE": "db"})
	put("webhook", map[string]string{"ALLOWED_HOST_LIST": of("security", "LOCAL_NETWORK_ALLOWLIST")})
	put("log", map[string]string{"LEVEL": "Warn"})
	return gitea
}
