package node

import (
	"os"
	"syscall"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// Supervise starts the cluster's units and keeps its components running.
func Supervise(file string) error {
	c, err := layout.Load(file)
	if err != nil {
		return err
	}
	raiseFileLimit()
	api, err := newAPIClient(c)
	if err != nil {
		return err
	}
	// Tasks call kubectl, ctr and the like.
	os.Setenv("KUBECONFIG", c.Kubeconfig("admin"))
	os.Setenv("HOME", c.Path("kubelet")) // kubectl's cache of API kinds goes with the cluster
	units := controlPlane(c, api)
	if !c.ControlPlaneOnly {
		units = append(units, nodeComponents(c, api)...)
		units = append(units, addons(c, api)...)
	}
	board := newBoard(c, units)
	for _, u := range units {
		go u.keep(c, board)
	}
	return forward(c)
}

// raiseFileLimit gives components as many open files as are allowed.
func raiseFileLimit() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		limit.Cur = limit.Max
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
}
