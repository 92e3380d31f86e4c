// Package node is what runs inside a cluster's namespaces: the first process,
// the supervisor of the components, and the forwarder to the API server.
package node

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"crm-operator.dev/tests/cluster/internal/layout"
	"crm-operator.dev/tests/cluster/internal/process"
)

// Files that the starter hands to Init, beside the standard three. The
// supervisor gets the listener alone, as the first of its own.
const (
	lockDescriptor       = 3 // held as long as the cluster lives
	listenerDescriptor   = 4 // accepts on the machine's loopback
	supervisorDescriptor = 3
)

// Init is the first process of the cluster's pid namespace: when it ends, the
// kernel ends all others, and with the last one go the mounts, the network and
// the loop devices. It only reaps orphans, so that the supervisor can wait for
// its own children without a race.
func Init(file string) error {
	c, err := layout.Load(file)
	if err != nil {
		return err
	}
	// The machine's /proc is still mounted: it shows the pid that others see.
	if err := process.Self().Save(c.Path("init.pid")); err != nil {
		return err
	}
	// The lock must not outlive this process, and the port not the supervisor.
	syscall.CloseOnExec(lockDescriptor)
	syscall.CloseOnExec(listenerDescriptor)
	if err := mountAll(c); err != nil {
		return err
	}
	if err := setUpNetwork(c); err != nil {
		return err
	}
	supervisor := exec.Command("/proc/self/exe", "supervise", file)
	supervisor.Stdout, supervisor.Stderr = os.Stdout, os.Stderr
	supervisor.ExtraFiles = []*os.File{os.NewFile(listenerDescriptor, "listener")}
	if err := supervisor.Start(); err != nil {
		return err
	}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if pid == supervisor.Process.Pid {
			return fmt.Errorf("the supervisor ended: %s", describe(status))
		}
	}
}

func describe(s syscall.WaitStatus) string {
	if s.Signaled() {
		return s.Signal().String()
	}
	return fmt.Sprintf("exit status %d", s.ExitStatus())
}
