package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/vmware/govmomi/property"
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
	ExtraConfig  map[string]string `json:"extraConfig"`
}

// watch writes one line of JSON for every change of a machine's power state, until the context ends.
func watch(ctx context.Context, client *vim25.Client, out io.Writer) error {
	networks, err := networkNames(ctx, client)
	if err != nil {
		return err
	}
	container, err := machines(ctx, client)
	if err != nil {
		return err
	}
	filter := new(property.WaitFilter)
	filter.Add(container.Reference(), "VirtualMachine", []string{"runtime.powerState"}, container.TraversalSpec())
	encoder := json.NewEncoder(out)
	collector := property.DefaultCollector(client)
	return property.WaitForUpdates(ctx, collector, filter, func(updates []types.ObjectUpdate) bool {
		for _, update := range updates {
			line, ok := describe(ctx, collector, update.Obj, networks)
			if update.Kind == types.ObjectUpdateKindLeave {
				line, ok = machine{Power: "gone"}, true
			}
			line.Reference = update.Obj.Value
			if ok && encoder.Encode(line) != nil {
				return true
			}
		}
		return false
	})
}

func machines(ctx context.Context, client *vim25.Client) (*view.ContainerView, error) {
	return view.NewManager(client).CreateContainerView(ctx, client.ServiceContent.RootFolder, []string{"VirtualMachine"}, true)
}

// describe reads a machine; false when it is a template or was deleted in the meantime.
func describe(ctx context.Context, collector *property.Collector, reference types.ManagedObjectReference, networks map[string]string) (machine, bool) {
	var found mo.VirtualMachine
	if err := collector.RetrieveOne(ctx, reference, []string{"name", "config", "runtime.powerState"}, &found); err != nil {
		return machine{}, false
	}
	if found.Config == nil || found.Config.Template {
		return machine{}, false
	}
	line := machine{
		Name:         found.Name,
		InstanceUUID: found.Config.InstanceUuid,
		Power:        string(found.Runtime.PowerState),
		ExtraConfig:  map[string]string{},
	}
	for _, option := range found.Config.ExtraConfig {
		if value, ok := option.GetOptionValue().Value.(string); ok {
			line.ExtraConfig[option.GetOptionValue().Key] = value
		}
	}
	for _, device := range found.Config.Hardware.Device {
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
