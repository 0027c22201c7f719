package main

import (
	"bufio"
	"context"
	"io"
	"log"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

// shutDown switches machines off that have already ended by themselves: a reference a line. A hypervisor notices; the
// simulator has to be told. One that is off or was deleted in the meantime stays as it is.
func shutDown(ctx context.Context, client *vim25.Client, in io.Reader) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		reference := types.ManagedObjectReference{Type: "VirtualMachine", Value: lines.Text()}
		machine := object.NewVirtualMachine(client, reference)
		if err := done(ctx)(machine.PowerOff(ctx)); err != nil {
			log.Printf("%s: %v", reference.Value, err)
		}
	}
	return lines.Err()
}
