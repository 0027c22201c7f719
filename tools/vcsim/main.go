// Command vcsim runs govmomi's vCenter simulator with the inventory that Socle's contract suite asks for.
// It prints one line of JSON {"url","caPem"} when it listens and ends when its standard input closes; with -watch,
// one more line for every change of a machine's power state, and every line of its standard input is the reference of a
// machine that has shut itself down.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"io"
	"log"
	"math/big"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	username := flag.String("username", "socle", "the one user that may log in")
	password := flag.String("password", "socle", "and its password")
	networks := flag.String("networks", "pg-infra", "port groups to make, separated by commas")
	template := flag.String("template", "debian-12-cloud", "name of the template to make")
	drs := flag.Bool("drs", true, "whether the cluster has DRS")
	memory := flag.Int64("memory", 0, "memory of the cluster in GiB; the simulator's own when 0")
	disk := flag.Int64("disk", 0, "free space of the datastore in GiB; the simulator's own when 0")
	watching := flag.Bool("watch", false, "report changes of machines on standard output")
	flag.Parse()
	if secret := os.Getenv("VCSIM_PASSWORD"); secret != "" {
		*password = secret // an argument could be read by everybody on this computer
	}

	certificate, authority, err := certificates(*listen)
	check(err)
	model := simulator.VPX()
	model.Machine = 1
	model.Host = 0 // hosts of the cluster only; a standalone one would mount the datastore besides
	check(model.Create())
	defer model.Remove()
	model.Service.Listen = &url.URL{Host: *listen, User: url.UserPassword(*username, *password)}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server := model.Service.NewServer()
	defer server.Close()

	check(furnish(server.URL, strings.Split(*networks, ","), *template, *drs))
	address := *server.URL
	address.User = nil
	enlarge(model.Map(), *memory, *disk)
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"url": address.String(), "caPem": authority}))
	if *watching {
		client, err := govmomi.NewClient(context.Background(), server.URL, true) // our own listener, in this process
		check(err)
		go func() { check(watch(context.Background(), model.Map(), client.Client, os.Stdout)) }()
		check(shutDown(context.Background(), client.Client, os.Stdin))
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	check(err)
}

// furnish makes the networks and the template through the simulator's own API.
func furnish(server *url.URL, networks []string, template string, drs bool) error {
	ctx := context.Background()
	client, err := govmomi.NewClient(ctx, server, true) // our own listener, in this process
	if err != nil {
		return err
	}
	finder := find.NewFinder(client.Client)
	datacenter, err := finder.Datacenter(ctx, "DC0")
	if err != nil {
		return err
	}
	finder.SetDatacenter(datacenter)
	dvs, err := finder.Network(ctx, "DVS0")
	if err != nil {
		return err
	}
	specs := make([]types.DVPortgroupConfigSpec, len(networks))
	for i, name := range networks {
		specs[i] = types.DVPortgroupConfigSpec{Name: name, NumPorts: 64, Type: "earlyBinding"}
	}
	if err := done(ctx)(dvs.(*object.DistributedVirtualSwitch).AddPortgroup(ctx, specs)); err != nil {
		return err
	}
	cluster, err := finder.ClusterComputeResource(ctx, "DC0_C0")
	if err != nil {
		return err
	}
	settings := &types.ClusterConfigSpecEx{DrsConfig: &types.ClusterDrsConfigInfo{Enabled: &drs}}
	if err := done(ctx)(cluster.Reconfigure(ctx, settings, true)); err != nil {
		return err
	}
	machine, err := finder.VirtualMachine(ctx, "DC0_C0_RP0_VM0")
	if err != nil {
		return err
	}
	if err := done(ctx)(machine.PowerOff(ctx)); err != nil {
		return err
	}
	if err := done(ctx)(machine.Rename(ctx, template)); err != nil {
		return err
	}
	return machine.MarkAsTemplate(ctx)
}

// done waits for a task that a call has just started.
func done(ctx context.Context) func(*object.Task, error) error {
	return func(task *object.Task, err error) error {
		if err != nil {
			return err
		}
		return task.Wait(ctx)
	}
}

// certificates makes an authority and a certificate for the address that is listened on, signed by it.
func certificates(listen string) (tls.Certificate, string, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	validity := func(serial int64, name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber:          big.NewInt(serial),
			Subject:               pkix.Name{CommonName: name},
			NotBefore:             time.Now().Add(-time.Hour),
			NotAfter:              time.Now().Add(24 * time.Hour),
			BasicConstraintsValid: true,
		}
	}
	ca := validity(1, "vcsim authority")
	ca.IsCA = true
	ca.KeyUsage = x509.KeyUsageCertSign
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	leaf := validity(2, "vcsim")
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	leaf.IPAddresses = []net.IP{net.ParseIP(host)}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key}, string(authority), nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
