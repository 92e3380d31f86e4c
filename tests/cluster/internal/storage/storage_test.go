package storage

import "testing"

const mounts = `/dev/vda / ext4 rw 0 0
/dev/loop3 /var/lib/kubelet/globalmount xfs rw 0 0
/dev/loop3 /var/lib/kubelet/pods/a/mount xfs rw 0 0
`

func TestMountPoints(t *testing.T) {
	if got := mountPointOf("/dev/loop3", mounts); got != "/var/lib/kubelet/globalmount" {
		t.Errorf("got %q", got)
	}
	if got := mountPointOf("/dev/loop", mounts); got != "" {
		t.Errorf("got %q for a device that is not there", got)
	}
	if !isMountPoint("/var/lib/kubelet/pods/a/mount", mounts) || isMountPoint("/var/lib/kubelet/pods", mounts) {
		t.Error("mount points are mistaken")
	}
}

func TestIDsDoNotLeadElsewhere(t *testing.T) {
	d := &driver{directory: "/volumes"}
	for _, id := range []string{"", "..", "../etc", "a/b"} {
		if file, err := d.volumeFile(id); err == nil {
			t.Errorf("%q is accepted as %s", id, file)
		}
	}
	if file, err := d.volumeFile("pvc-1"); err != nil || file != "/volumes/volume-pvc-1" {
		t.Errorf("got %s, %v", file, err)
	}
}
