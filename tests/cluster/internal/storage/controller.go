package storage

import (
	"context"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func (d *driver) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	response := &csi.ControllerGetCapabilitiesResponse{}
	for _, t := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_EXPAND_VOLUME,
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
		csi.ControllerServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
	} {
		response.Capabilities = append(response.Capabilities, &csi.ControllerServiceCapability{
			Type: &csi.ControllerServiceCapability_Rpc{Rpc: &csi.ControllerServiceCapability_RPC{Type: t}}})
	}
	return response, nil
}

func (d *driver) ValidateVolumeCapabilities(_ context.Context, request *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	return &csi.ValidateVolumeCapabilitiesResponse{
		Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{VolumeCapabilities: request.VolumeCapabilities}}, nil
}

func (d *driver) CreateVolume(_ context.Context, request *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, capability := range request.GetVolumeCapabilities() {
		if capability.GetBlock() != nil {
			return nil, status.Error(codes.InvalidArgument, "block volumes are not supported")
		}
	}
	file, err := d.volumeFile(request.GetName())
	if err != nil {
		return nil, err
	}
	size := max(request.GetCapacityRange().GetRequiredBytes(), minimumSize)
	if info, err := os.Stat(file); err == nil {
		if info.Size() < size {
			return nil, status.Errorf(codes.AlreadyExists, "exists with %d bytes", info.Size())
		}
		size = info.Size()
	} else if snapshot := request.GetVolumeContentSource().GetSnapshot(); snapshot != nil {
		if err := d.restore(snapshot.GetSnapshotId(), file, size); err != nil {
			return nil, err
		}
	} else if err := format(file, size); err != nil {
		return nil, err
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId: request.GetName(), CapacityBytes: size, ContentSource: request.GetVolumeContentSource()}}, nil
}

func format(file string, size int64) error {
	unfinished := file + ".new"
	if err := os.WriteFile(unfinished, nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(unfinished, size); err != nil {
		return err
	}
	if err := command("mkfs.xfs", "-q", "-f", "-K", unfinished); err != nil {
		return err
	}
	return os.Rename(unfinished, file)
}

// restore makes a volume of a snapshot. Where the volume is the larger one,
// NodeStageVolume grows the file system to the size of its file.
func (d *driver) restore(snapshot, file string, size int64) error {
	from, err := d.snapshotFile(snapshot)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return status.Errorf(codes.NotFound, "snapshot %s: %v", snapshot, err)
	}
	if info.Size() > size {
		return status.Errorf(codes.OutOfRange, "%d bytes are less than the snapshot's %d", size, info.Size())
	}
	return copySparse(from, file, size)
}

func (d *driver) DeleteVolume(_ context.Context, request *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	file, err := d.volumeFile(request.GetVolumeId())
	if err != nil {
		return nil, err
	}
	return &csi.DeleteVolumeResponse{}, removeIfPresent(file)
}

func removeIfPresent(file string) error {
	if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

func (d *driver) ControllerExpandVolume(_ context.Context, request *csi.ControllerExpandVolumeRequest) (*csi.ControllerExpandVolumeResponse, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	file, err := d.volumeFile(request.GetVolumeId())
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	size := max(info.Size(), request.GetCapacityRange().GetRequiredBytes())
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: size, NodeExpansionRequired: true}, os.Truncate(file, size)
}
