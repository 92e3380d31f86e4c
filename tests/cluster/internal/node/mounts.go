package node

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// mount is one mount(2) of the node.
type mount struct {
	source, target, kind string
	flags                uintptr
	data                 string
}

const private = syscall.MS_PRIVATE | syscall.MS_REC

// machineSysctls are settings of the whole machine that the kubelet writes.
var machineSysctls = []string{
	"vm/overcommit_memory", "vm/panic_on_oom",
	"kernel/panic", "kernel/panic_on_oops",
	"kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes",
}

// mountAll gives the node a file system view of its own.
func mountAll(c *layout.Cluster) error {
	if err := mountEach([]mount{
		{target: "/", flags: private},
		{source: "proc", target: "/proc", kind: "proc"},
		// /run has sockets, locks and namespaces of the machine's own containers.
		{source: "tmpfs", target: "/run", kind: "tmpfs", data: "mode=0755"},
	}); err != nil {
		return err
	}
	for _, directory := range []string{"/run/cgroup", "/run/sysctl", "/run/containerd", "/run/netns", layout.EtcdData} {
		if err := os.MkdirAll(directory, 0o711); err != nil {
			return err
		}
	}
	if err := mountEach([]mount{
		// A fresh /sys shows this network namespace; the cgroups are carried over.
		{source: "/sys/fs/cgroup", target: "/run/cgroup", flags: syscall.MS_BIND | syscall.MS_REC},
		{source: "sysfs", target: "/sys", kind: "sysfs"},
		{source: "/run/cgroup", target: "/sys/fs/cgroup", flags: syscall.MS_MOVE},
		{source: "tmpfs", target: "/var/log", kind: "tmpfs"},
		{source: "tmpfs", target: layout.CNIState, kind: "tmpfs"},
		{source: c.Path("kubelet"), target: layout.KubeletRoot, flags: syscall.MS_BIND},
	}); err != nil {
		return err
	}
	if err := os.MkdirAll("/var/log/pods", 0o755); err != nil {
		return err
	}
	if err := coverSysctls(); err != nil {
		return err
	}
	// The kubelet asks for shared propagation, for mounts that pods pass on.
	return mountEach([]mount{{target: "/", flags: syscall.MS_SHARED | syscall.MS_REC}})
}

func mountEach(mounts []mount) error {
	for _, m := range mounts {
		if err := syscall.Mount(m.source, m.target, m.kind, m.flags, m.data); err != nil {
			return fmt.Errorf("mount %s on %s: %w", m.source, m.target, err)
		}
	}
	return nil
}

// coverSysctls puts ordinary files over the settings, so that what the kubelet
// writes does not reach the machine.
func coverSysctls() error {
	for _, name := range machineSysctls {
		setting := filepath.Join("/proc/sys", name)
		value, err := os.ReadFile(setting)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		cover := filepath.Join("/run/sysctl", filepath.Base(name))
		if err := os.WriteFile(cover, value, 0o644); err != nil {
			return err
		}
		if err := mountEach([]mount{{source: cover, target: setting, flags: syscall.MS_BIND}}); err != nil {
			return err
		}
	}
	return nil
}
