package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// machine is one line of the watch: what somebody who gives it a body has to know.
type machine struct {
	Reference    string            `json:"reference"`
	Name         string            `json:"name"`
	InstanceUUID string            `json:"instanceUuid"`
	Power        string            `json:"power"` // poweredOn, poweredOff, suspended, or gone
	MacAddress   string            `json:"macAddress"`
	Network      string            `json:"network"`
	DisksBytes   []int64           `json:"disksBytes"` // in the order of the devices, the template's first
	ExtraConfig  map[string]string `json:"extraConfig"`
}

// watcher hears of every change in the registry. The property collector would be the usual way, but a client that
// waits for updates while machines are cloned makes the simulator wait for itself.
type watcher struct {
	changes chan change
}

type change struct {
	reference types.ManagedObjectReference
	power     string // as it was then; by the time that the rest is read it may be another
}

func (w *watcher) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Watcher", Value: "watcher"}
}

func (w *watcher) PutObject(*simulator.Context, mo.Reference) {}

func (w *watcher) UpdateObject(_ *simulator.Context, object mo.Reference, changes []types.PropertyChange) {
	for _, property := range changes {
		if property.Name == "runtime.powerState" && object.Reference().Type == "VirtualMachine" {
			w.changes <- change{object.Reference(), fmt.Sprint(property.Val)}
		}
	}
}

func (w *watcher) RemoveObject(_ *simulator.Context, reference types.ManagedObjectReference) {
	if reference.Type == "VirtualMachine" {
		w.changes <- change{reference, "gone"}
	}
}

// watch writes one line of JSON for every change of a machine's power state.
func watch(ctx context.Context, registry *simulator.Registry, client *vim25.Client, out io.Writer) error {
	networks, err := networkNames(ctx, client)
	if err != nil {
		return err
	}
	// Room for more than can change before this has read it: whoever changes something must not wait here.
	watcher := &watcher{changes: make(chan change, 65536)}
	registry.AddHandler(watcher)
	encoder := json.NewEncoder(out)
	collector := property.DefaultCollector(client)
	for seen := range watcher.changes {
		line, ok := machine{}, true
		if seen.power != "gone" {
			line, ok = describe(ctx, collector, seen.reference, networks)
		}
		if !ok {
			continue
		}
		line.Reference, line.Power = seen.reference.Value, seen.power
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// describe reads a machine; false when it is a template or was deleted in the meantime.
func describe(ctx context.Context, collector *property.Collector, reference types.ManagedObjectReference, networks map[string]string) (machine, bool) {
	var found mo.VirtualMachine
	if err := collector.RetrieveOne(ctx, reference, []string{"name", "config"}, &found); err != nil {
		return machine{}, false
	}
	if found.Config == nil || found.Config.Template {
		return machine{}, false
	}
	line := machine{
		Name:         found.Name,
		InstanceUUID: found.Config.InstanceUuid,
		DisksBytes:   []int64{},
		ExtraConfig:  map[string]string{},
	}
	for _, option := range found.Config.ExtraConfig {
		if value, ok := option.GetOptionValue().Value.(string); ok {
			line.ExtraConfig[option.GetOptionValue().Key] = value
		}
	}
	for _, device := range found.Config.Hardware.Device {
		if disk, ok := device.(*types.VirtualDisk); ok {
			line.DisksBytes = append(line.DisksBytes, disk.CapacityInBytes)
		}
		if card, ok := device.(types.BaseVirtualEthernetCard); ok {
			line.MacAddress = card.GetVirtualEthernetCard().MacAddress
			if backing, ok := card.GetVirtualEthernetCard().Backing.(*types.VirtualEthernetCardDistributedVirtualPortBackingInfo); ok {
				line.Network = networks[backing.Port.PortgroupKey]
			}
		}
	}
	return line, true
}

// networkNames maps the keys of the port groups to their names.
func networkNames(ctx context.Context, client *vim25.Client) (map[string]string, error) {
	groups, err := view.NewManager(client).CreateContainerView(ctx, client.ServiceContent.RootFolder, []string{"DistributedVirtualPortgroup"}, true)
	if err != nil {
		return nil, err
	}
	var found []mo.DistributedVirtualPortgroup
	if err := groups.Retrieve(ctx, []string{"DistributedVirtualPortgroup"}, []string{"key", "name"}, &found); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, group := range found {
		names[group.Key] = group.Name
	}
	return names, nil
}
