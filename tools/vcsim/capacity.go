package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/units"
)

// enlarge gives every cluster and datastore the stated size: the simulator's own hosts have 4 GB each.
func enlarge(registry *simulator.Registry, memoryGiB, diskGiB int64) {
	for _, entity := range registry.All("ClusterComputeResource") {
		summary := entity.(*simulator.ClusterComputeResource).Summary.GetComputeResourceSummary()
		if memoryGiB > 0 {
			summary.TotalMemory = memoryGiB * int64(units.GB)
		}
	}
	for _, entity := range registry.All("Datastore") {
		datastore, ok := entity.(*simulator.Datastore)
		if !ok || diskGiB <= 0 {
			continue
		}
		free := diskGiB * int64(units.GB)
		datastore.Summary.Capacity, datastore.Summary.FreeSpace = free, free
		datastore.Info.GetDatastoreInfo().FreeSpace = free
	}
}
