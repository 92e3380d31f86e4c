package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"crm-operator.dev/tests/cluster/internal/layout"
	"crm-operator.dev/tests/cluster/internal/lifecycle"
)

var commands = map[string]func(*options) error{
	"build":      ensureBuilt,
	"up":         up,
	"down":       func(o *options) error { return lifecycle.Down(o.cluster, o.given["keep-images"]) },
	"status":     status,
	"load":       load,
	"exec":       enter,
	"kubeconfig": kubeconfig,
	"bin":        bin,
}

func ensureBuilt(o *options) error { return o.builder.Ensure() }

func up(o *options) error {
	if len(o.arguments) > 0 {
		return fmt.Errorf("unexpected %q", o.arguments)
	}
	if err := o.builder.Ensure(); err != nil {
		return err
	}
	return lifecycle.Up(o.cluster)
}

// started gives the cluster the options that it was started with: only its
// name is known of it yet.
func started(o *options) (*layout.Cluster, error) {
	c, err := layout.Load(o.cluster.File())
	if err != nil {
		return nil, fmt.Errorf("cluster %s is not up", o.cluster.Name)
	}
	return c, nil
}

func status(o *options) error {
	c, err := started(o)
	if err != nil {
		return err
	}
	return lifecycle.PrintStatus(c)
}

func load(o *options) error {
	if len(o.arguments) == 0 {
		return errors.New("load: which image archives?")
	}
	c, err := started(o)
	if err != nil {
		return err
	}
	return lifecycle.LoadImages(c, o.arguments)
}

func enter(o *options) error {
	if len(o.arguments) == 0 {
		return errors.New("exec: which command?")
	}
	c, err := started(o)
	if err != nil {
		return err
	}
	return lifecycle.Exec(c, o.arguments)
}

func kubeconfig(o *options) error {
	fmt.Println(o.cluster.Kubeconfig("admin"))
	return nil
}

func bin(o *options) error {
	fmt.Println(filepath.Join(o.cluster.Build, "bin"))
	return nil
}
