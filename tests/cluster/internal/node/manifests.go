package node

import (
	"bytes"
	"embed"
	"fmt"
	"os/exec"
	"path/filepath"

	"crm-operator.dev/tests/cluster/internal/layout"
)

//go:embed manifests
var manifests embed.FS

// applyCRDs makes the kinds of volume snapshots, and waits until they are served.
func applyCRDs(c *layout.Cluster) func() error {
	directory := filepath.Join(c.Build, "crds")
	return func() error {
		if err := kubectl(c, nil, "apply", "--server-side", "-f", directory); err != nil {
			return err
		}
		return kubectl(c, nil, "wait", "--for=condition=Established", "--timeout=30s", "-f", directory)
	}
}

// applyManifests makes the objects of the add-ons.
func applyManifests(c *layout.Cluster) func() error {
	return func() error {
		files, err := manifests.ReadDir("manifests")
		if err != nil {
			return err
		}
		var all bytes.Buffer
		for _, file := range files {
			text, err := manifests.ReadFile("manifests/" + file.Name())
			if err != nil {
				return err
			}
			fmt.Fprintf(&all, "---\n%s", text)
		}
		return kubectl(c, &all, "apply", "--server-side", "-f", "-")
	}
}

func kubectl(c *layout.Cluster, input *bytes.Buffer, arguments ...string) error {
	command := exec.Command(c.Program("kubectl"), arguments...)
	if input != nil {
		command.Stdin = input
	}
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %s: %w: %s", arguments[0], err, out)
	}
	return nil
}
