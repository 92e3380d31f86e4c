// Package storage is a CSI driver for a cluster of one node.
//
// A volume is a sparse file with an XFS file system, mounted through a loop
// device, so sizes are real: a volume can fill up, be grown while mounted, and
// be snapshotted. XFS and not ext4, because growing a mounted ext4 needs
// CAP_SYS_RESOURCE, which containers and sandboxes often withhold.
package storage

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// DriverName is the provisioner's name in storage classes.
const DriverName = "loop.csi.cluster.test"

// minimumSize is the smallest file that mkfs.xfs accepts.
const minimumSize = 300 << 20

type driver struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedControllerServer
	csi.UnimplementedNodeServer

	node      string
	directory string // of the files behind volumes and snapshots

	// mutex serialises what changes files: the sidecars call again after a
	// time-out, while the first call may still be at work.
	mutex sync.Mutex
}

// volumeFile and snapshotFile keep an id from naming a file elsewhere.
func (d *driver) volumeFile(id string) (string, error)   { return d.file("volume", id) }
func (d *driver) snapshotFile(id string) (string, error) { return d.file("snapshot", id) }

func (d *driver) file(kind, id string) (string, error) {
	if id == "" || strings.ContainsAny(id, "/.") {
		return "", status.Errorf(codes.InvalidArgument, "bad id %q", id)
	}
	return filepath.Join(d.directory, kind+"-"+id), nil
}

// command runs a program and turns its failure into a gRPC error.
func command(args ...string) error {
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		return status.Errorf(codes.Internal, "%s: %v: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// copySparse copies a file and gives the copy its size under a temporary name
// first, so that a copy cut short is never taken for a whole one.
func copySparse(from, to string, size int64) error {
	unfinished := to + ".new"
	if err := command("cp", "--sparse=always", "--reflink=auto", from, unfinished); err != nil {
		return err
	}
	if err := os.Truncate(unfinished, size); err != nil {
		return err
	}
	return os.Rename(unfinished, to)
}

func (d *driver) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: DriverName, VendorVersion: "1"}, nil
}

func (d *driver) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{Ready: wrapperspb.Bool(true)}, nil
}

func (d *driver) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	return &csi.GetPluginCapabilitiesResponse{Capabilities: []*csi.PluginCapability{
		{Type: &csi.PluginCapability_Service_{Service: &csi.PluginCapability_Service{
			Type: csi.PluginCapability_Service_CONTROLLER_SERVICE}}},
		{Type: &csi.PluginCapability_VolumeExpansion_{VolumeExpansion: &csi.PluginCapability_VolumeExpansion{
			Type: csi.PluginCapability_VolumeExpansion_ONLINE}}},
	}}, nil
}
