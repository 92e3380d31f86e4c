// Package config writes the configuration files of the node's components.
package config

import (
	"bytes"
	"embed"
	"os"
	"path/filepath"
	"text/template"

	"crm-operator.dev/tests/cluster/internal/layout"
)

//go:embed templates
var files embed.FS

var templates = template.Must(template.New("").Option("missingkey=error").ParseFS(files, "templates/*"))

// values are what the templates may use beside the cluster.
type values struct {
	*layout.Cluster
	NodeIP, PodCIDR, DNSIP, ContainerdSocket string
}

// Names are the files that Write makes.
var Names = []string{"containerd.toml", "kubelet.yaml", "proxy.yaml", "resolv.conf", "cni/10-bridge.conflist", "cni/99-loopback.conflist"}

// Write makes the configuration files of the cluster.
func Write(c *layout.Cluster) error {
	for _, name := range Names {
		text, err := Render(c, name)
		if err != nil {
			return err
		}
		path := Path(c, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Path is where Write puts a file.
func Path(c *layout.Cluster, name string) string { return c.Path("config", name) }

// Render returns the text of one file.
func Render(c *layout.Cluster, name string) ([]byte, error) {
	var b bytes.Buffer
	err := templates.ExecuteTemplate(&b, filepath.Base(name), values{
		Cluster: c, NodeIP: layout.NodeIP, PodCIDR: layout.PodCIDR, DNSIP: layout.DNSIP, ContainerdSocket: layout.ContainerdSocket})
	return b.Bytes(), err
}
