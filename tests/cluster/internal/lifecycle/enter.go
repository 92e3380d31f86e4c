package lifecycle

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"crm-operator.dev/tests/cluster/internal/layout"
	"crm-operator.dev/tests/cluster/internal/node"
)

// Exec replaces this process by a command in the node's network namespace. It
// finds the cluster's kubectl, helm and kubeconfig.
func Exec(c *layout.Cluster, command []string) error {
	first, err := firstProcess(c)
	if err != nil {
		return err
	}
	nsenter, err := exec.LookPath("nsenter")
	if err != nil {
		return err
	}
	os.Setenv("KUBECONFIG", c.Kubeconfig("admin"))
	os.Setenv("PATH", filepath.Join(c.Build, "bin")+":"+os.Getenv("PATH"))
	arguments := append([]string{"nsenter", fmt.Sprintf("--net=/proc/%d/ns/net", first.PID), "--"}, command...)
	return syscall.Exec(nsenter, arguments, os.Environ())
}

// LoadImages imports image archives into a running cluster.
func LoadImages(c *layout.Cluster, archives []string) error {
	first, err := firstProcess(c)
	if err != nil {
		return err
	}
	// The node's /run is its own; this is how it looks from outside.
	socket := fmt.Sprintf("/proc/%d/root%s", first.PID, layout.ContainerdSocket)
	for _, archive := range archives {
		if err := node.ImportImage(socket, archive); err != nil {
			return err
		}
	}
	return nil
}
