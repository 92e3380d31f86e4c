package node

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// importSystemImages also deletes the containers of the cluster before, which
// a kept image store still has: only its images are wanted.
func importSystemImages(c *layout.Cluster) func() error {
	return func() error {
		containers, err := ctr(layout.ContainerdSocket, "containers", "list", "--quiet")
		if err != nil {
			return err
		}
		for container := range strings.FieldsSeq(containers) {
			if _, err := ctr(layout.ContainerdSocket, "containers", "remove", container); err != nil {
				return err
			}
		}
		return importAll(c, filepath.Join(c.Build, "images"))
	}
}

// importImages imports the images that the cluster was started with.
func importImages(c *layout.Cluster) func() error {
	return func() error {
		if c.Images == "" {
			return nil
		}
		return importAll(c, c.Images)
	}
}

func importAll(c *layout.Cluster, directory string) error {
	archives, err := filepath.Glob(filepath.Join(directory, "*.tar"))
	if err != nil {
		return err
	}
	for _, archive := range archives {
		if err := importOnce(c, archive); err != nil {
			return err
		}
	}
	return nil
}

// importOnce leaves a stamp in the image store, so that a kept store is not
// given what it has.
func importOnce(c *layout.Cluster, archive string) error {
	info, err := os.Stat(archive)
	if err != nil {
		return err
	}
	stamp := filepath.Join(c.ImageStore(), fmt.Sprintf("imported-%s-%d-%d", filepath.Base(archive), info.Size(), info.ModTime().UnixNano()))
	if _, err := os.Stat(stamp); err == nil {
		return nil
	}
	if err := ImportImage(layout.ContainerdSocket, archive); err != nil {
		return err
	}
	return os.WriteFile(stamp, nil, 0o644)
}

// ImportImage gives containerd an OCI or Docker archive.
func ImportImage(socket, archive string) error {
	_, err := ctr(socket, "images", "import", "--snapshotter=overlayfs", archive)
	return err
}

// ctr works in the namespace of the kubelet's images.
func ctr(socket string, arguments ...string) (string, error) {
	command := exec.Command("ctr", append([]string{"--address=" + socket, "--namespace=k8s.io"}, arguments...)...)
	var errors strings.Builder
	command.Stderr = &errors
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("ctr %s: %w: %s", strings.Join(arguments, " "), err, errors.String())
	}
	return string(out), nil
}
