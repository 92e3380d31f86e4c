package storage

import (
	"context"
	"os"
	"os/exec"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func (d *driver) CreateSnapshot(_ context.Context, request *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	volume, err := d.volumeFile(request.GetSourceVolumeId())
	if err != nil {
		return nil, err
	}
	snapshot, err := d.snapshotFile(request.GetName())
	if err != nil {
		return nil, err
	}
	source, err := os.Stat(volume)
	if err != nil {
		return nil, status.Errorf(codes.NotFound, "no such volume: %v", err)
	}
	if _, err := os.Stat(snapshot); os.IsNotExist(err) {
		if err := copyFrozen(volume, snapshot, source.Size()); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(snapshot)
	if err != nil {
		return nil, err
	}
	return &csi.CreateSnapshotResponse{Snapshot: &csi.Snapshot{
		SnapshotId:     request.GetName(),
		SourceVolumeId: request.GetSourceVolumeId(),
		SizeBytes:      info.Size(),
		CreationTime:   timestamppb.New(info.ModTime()),
		ReadyToUse:     true,
	}}, nil
}

// copyFrozen freezes the file system while its file is copied: a snapshot is
// one moment for all blocks.
func copyFrozen(volume, snapshot string, size int64) error {
	if mountPoint := loopMountPoint(volume); mountPoint != "" {
		if err := command("fsfreeze", "--freeze", mountPoint); err != nil {
			return err
		}
		defer exec.Command("fsfreeze", "--unfreeze", mountPoint).Run()
	}
	return copySparse(volume, snapshot, size)
}

func (d *driver) DeleteSnapshot(_ context.Context, request *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	file, err := d.snapshotFile(request.GetSnapshotId())
	if err != nil {
		return nil, err
	}
	return &csi.DeleteSnapshotResponse{}, removeIfPresent(file)
}
