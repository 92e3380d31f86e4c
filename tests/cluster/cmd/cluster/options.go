package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"crm-operator.dev/tests/cluster/internal/build"
	"crm-operator.dev/tests/cluster/internal/layout"
)

const (
	defaultName  = "crm"
	defaultState = "/var/lib/crm-operator-cluster"
)

//go:embed usage.txt
var usage string

// options are a command's cluster and what follows its flags.
type options struct {
	cluster   *layout.Cluster
	builder   build.Builder
	given     map[string]bool // flags that are not by default
	arguments []string
}

// parse reads the flags of a command, and what the script says by environment.
func parse(command string, arguments []string) (*options, error) {
	c := &layout.Cluster{Root: environment("CRM_CLUSTER_STATE", defaultState), Build: os.Getenv("CLUSTER_BUILD")}
	if c.Build == "" {
		return nil, fmt.Errorf("run this by the script tests/cluster/cluster")
	}
	flags := flag.NewFlagSet("cluster "+command, flag.ExitOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flags.StringVar(&c.Name, "name", defaultName, "")
	if command == "up" {
		flags.IntVar(&c.Port, "port", 0, "")
		flags.BoolVar(&c.ControlPlaneOnly, "control-plane-only", false, "")
		flags.StringVar(&c.Images, "images", "", "")
	}
	if slices.Contains([]string{"up", "down"}, command) {
		flags.BoolVar(&c.KeepImages, "keep-images", false, "")
	}
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if err := makeAbsolute(&c.Root, &c.Images); err != nil {
		return nil, err
	}
	source := os.Getenv("CLUSTER_SOURCE")
	var err error
	if c.Name, err = layout.InCheckout(c.Name, source); err != nil {
		return nil, err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return &options{
		cluster: c,
		given:   given,
		builder: build.Builder{
			Go: os.Getenv("CLUSTER_GO"), Source: source, Destination: c.Build,
			InUse: func() []string { return layout.Builds(c.Root) },
		},
		arguments: flags.Args(),
	}, nil
}

// makeAbsolute is for paths that processes elsewhere will read.
func makeAbsolute(paths ...*string) error {
	for _, path := range paths {
		if *path == "" {
			continue
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	return nil
}

func environment(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
