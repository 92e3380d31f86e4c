package lifecycle

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// cgroupTimeout is for the kernel to let go of cgroups whose processes died.
const cgroupTimeout = 5 * time.Second

// clean removes what a cluster leaves behind that the kernel does not remove
// with its namespaces. It does as well for one that was killed.
func clean(c *layout.Cluster) error {
	if err := removeCgroups(c); err != nil {
		return err
	}
	if err := detachLoopDevices(c.Path("volumes")); err != nil {
		return err
	}
	entries, err := os.ReadDir(c.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := c.Path(entry.Name())
		if path == c.ImageStore() && c.KeepImages {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	if err := os.Remove(c.Path()); err != nil && !errors.Is(err, syscall.ENOTEMPTY) {
		return err
	}
	return nil
}

const cgroupRoot = "/sys/fs/cgroup"

// cgroupHierarchies are the mounts of cgroup v1, or the one of v2.
func cgroupHierarchies() []string {
	if _, err := os.Stat(cgroupRoot + "/cgroup.controllers"); err == nil {
		return []string{cgroupRoot}
	}
	hierarchies, _ := filepath.Glob(cgroupRoot + "/*/cgroup.procs")
	for i := range hierarchies {
		hierarchies[i] = filepath.Dir(hierarchies[i])
	}
	return hierarchies
}

// makeCgroups makes the root of the pods' cgroups, which the kubelet wants to
// find. A new cpuset is empty and would take no process.
func makeCgroups(c *layout.Cluster) error {
	for _, hierarchy := range cgroupHierarchies() {
		directory := hierarchy + c.CgroupRoot()
		if err := os.MkdirAll(directory, 0o755); err != nil {
			return err
		}
		for _, setting := range []string{"cpuset.cpus", "cpuset.mems"} {
			value, err := os.ReadFile(filepath.Join(hierarchy, setting))
			if err != nil {
				continue // not the cpuset hierarchy
			}
			if err := os.WriteFile(filepath.Join(directory, setting), value, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

func removeCgroups(c *layout.Cluster) error {
	for _, hierarchy := range cgroupHierarchies() {
		root := hierarchy + c.CgroupRoot()
		for deadline := time.Now().Add(cgroupTimeout); ; time.Sleep(pollInterval) {
			err := removeCgroupTree(root)
			if err == nil {
				break
			}
			if !errors.Is(err, syscall.EBUSY) || time.Now().After(deadline) {
				return err
			}
		}
	}
	return nil
}

// removeCgroupTree removes the innermost first; the files in a cgroup are not
// removed, they go with it.
func removeCgroupTree(root string) error {
	var directories []string
	filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			directories = append(directories, path)
		}
		return nil
	})
	for _, directory := range slices.Backward(directories) {
		if err := syscall.Rmdir(directory); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return &fs.PathError{Op: "rmdir", Path: directory, Err: err}
		}
	}
	return nil
}

// detachLoopDevices frees devices of files in the directory. Mounts free
// theirs; a driver killed before it could mount has not.
func detachLoopDevices(directory string) error {
	backings, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
	for _, path := range backings {
		backing, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(backing), directory+"/") {
			continue
		}
		device := "/dev/" + strings.Split(path, "/")[3]
		if out, err := exec.Command("losetup", "--detach", device).CombinedOutput(); err != nil {
			return errors.New("losetup --detach " + device + ": " + string(out))
		}
	}
	return nil
}
