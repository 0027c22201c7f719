// Command s3-gateway is Versity's S3 server over a folder, for tests against a real S3 service: it checks signatures,
// speaks TLS and keeps each bucket as a folder. It prints its address once it answers and ends with its standard input.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"
)

// What one test asks at once, with room.
const atOnce = 100

// S3's own limit, which the server wants to be told.
const partsOfUpload = 10000

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	root := flag.String("root", "", "folder whose folders are the buckets")
	attributes := flag.String("attributes", "", "folder for what S3 keeps beside an object's bytes")
	accounts := flag.String("accounts", "", "folder for further accounts")
	certificate := flag.String("certificate", "", "PEM file of its certificate")
	key := flag.String("key", "", "PEM file of its key")
	flag.Parse()

	// In files: not every file system of a test machine has extended attributes.
	storer, err := meta.NewSideCar(*attributes)
	if err != nil {
		return err
	}
	backend, err := posix.New(*root, storer, posix.PosixOpts{SideCarDir: *attributes, NewDirPerm: 0o755})
	if err != nil {
		return err
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	announce := func() { fmt.Printf("https://%s\n", address) }
	return embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
		RootUserAccess: os.Getenv("ROOT_ACCESS_KEY"),
		RootUserSecret: os.Getenv("ROOT_SECRET_KEY"),
		// With nowhere to look for others, an unknown access key gets another answer than S3's.
		IAMDir:            *accounts,
		Ports:             []string{address},
		CertFile:          *certificate,
		KeyFile:           *key,
		KeepAlive:         true,
		Quiet:             true,
		MaxConnections:    atOnce,
		MaxRequests:       atOnce,
		MultipartMaxParts: partsOfUpload,
		S3Options:         []s3api.Option{s3api.WithOnListen(announce)},
	})
}

// freeAddress names a port that is free now: the server takes a number and does not tell which one it was given.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
