// Command cluster starts and stops Kubernetes clusters of one node for tests.
// Run it by the script tests/cluster/cluster, which builds it.
package main

import (
	"fmt"
	"os"

	"crm-operator.dev/tests/cluster/internal/node"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		arguments = []string{"help"}
	}
	name, arguments := arguments[0], arguments[1:]
	switch name {
	// These two are for the cluster itself, inside its namespaces.
	case "init":
		return node.Init(arguments[0])
	case "supervise":
		return node.Supervise(arguments[0])
	case "help", "-h", "--help":
		fmt.Print(usage)
		return nil
	}
	command, known := commands[name]
	if !known {
		return fmt.Errorf("unknown command %q\n\n%s", name, usage)
	}
	o, err := parse(name, arguments)
	if err != nil {
		return err
	}
	return command(o)
}
