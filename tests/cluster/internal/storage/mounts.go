package storage

import (
	"os"
	"os/exec"
	"strings"
)

// loopDevice returns the loop device of a file, "" if it has none.
func loopDevice(file string) string {
	out, _ := exec.Command("losetup", "--noheadings", "--output", "NAME", "--associated", file).Output()
	first, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(first)
}

// loopMountPoint returns where a file's loop device is mounted, "" if nowhere.
func loopMountPoint(file string) string {
	device := loopDevice(file)
	if device == "" {
		return ""
	}
	mounts, _ := os.ReadFile("/proc/self/mounts")
	return mountPointOf(device, string(mounts))
}

func mountPointOf(device, mounts string) string {
	for line := range strings.Lines(mounts) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == device {
			return fields[1]
		}
	}
	return ""
}

func isMounted(target string) bool {
	mounts, _ := os.ReadFile("/proc/self/mounts")
	return isMountPoint(target, string(mounts))
}

func isMountPoint(target, mounts string) bool {
	for line := range strings.Lines(mounts) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[1] == target {
			return true
		}
	}
	return false
}

// unmount is idempotent, as CSI asks of every call.
func unmount(target string) error {
	if !isMounted(target) {
		return nil
	}
	return command("umount", target)
}
