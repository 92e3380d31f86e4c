// Package layout says where a cluster keeps what, and under which names and
// addresses its parts find one another.
package layout

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Addresses. Every cluster has network namespaces of its own, so they are the
// same in all; nothing outside can be reached by them.
const (
	NodeIP       = "10.90.0.2"
	NodeSubnet   = "10.90.0.0/24"
	PodCIDR      = "10.91.0.0/16"
	ServiceCIDR  = "10.92.0.0/16"
	KubernetesIP = "10.92.0.1"
	DNSIP        = "10.92.0.10"
)

// Paths inside the node's mount namespace.
const (
	KubeletRoot      = "/var/lib/kubelet"
	ContainerdSocket = "/run/containerd/containerd.sock"
	EtcdData         = "/run/etcd"
)

// CNIState is where CNI plugins remember what they made; the path is theirs.
const CNIState = "/var/lib/cni"

// Cluster is one cluster and the options it was started with. It is handed to
// the node's processes as a JSON file.
type Cluster struct {
	Name             string // on this machine, as InCheckout makes it
	Port             int    // of the API server, on 127.0.0.1; 0 until up chooses one that is free
	ControlPlaneOnly bool   // etcd, API server and controllers, without a node
	KeepImages       bool   // do not delete the image store with the cluster
	Images           string // a folder of image archives to import, or ""
	Build            string // the folder of programs, images and manifests
	Root             string // of the state of all clusters
}

// validName will do, with what tells checkouts apart, as part of a host name and a path.
var validName = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,22}[a-z0-9])?$`)

// InCheckout makes the name of a cluster that a checkout of the sources calls
// by a shorter one: every checkout has clusters of its own. What tells them
// apart is where a checkout lies; a copy of it lies elsewhere.
func InCheckout(name, checkout string) (string, error) {
	if !validName.MatchString(name) {
		return "", fmt.Errorf("cluster name %q: want lower-case letters, digits and hyphens, at most 24", name)
	}
	return fmt.Sprintf("%s-%.4x", name, sha256.Sum256([]byte(checkout))), nil
}

// Node is the name of the cluster's only node.
func (c *Cluster) Node() string { return c.Name + "-node" }

// CgroupRoot is the cgroup of the node's pods, in every hierarchy.
func (c *Cluster) CgroupRoot() string { return "/crm-cluster-" + c.Name }

// Server is the address of the API server, the same inside and outside.
func (c *Cluster) Server() string { return fmt.Sprintf("https://127.0.0.1:%d", c.Port) }

// Path is a path in the cluster's state.
func (c *Cluster) Path(elements ...string) string {
	return filepath.Join(append([]string{c.Root, c.Name}, elements...)...)
}

// Program is the path of a program that was built.
func (c *Cluster) Program(name string) string { return filepath.Join(c.Build, "bin", name) }

// Kubeconfig is the path of a client's kubeconfig.
func (c *Cluster) Kubeconfig(client string) string {
	return c.Path("config", client+".kubeconfig")
}

// Certificate and Key are the paths of a key pair.
func (c *Cluster) Certificate(name string) string { return c.Path("pki", name+".crt") }
func (c *Cluster) Key(name string) string         { return c.Path("pki", name+".key") }

// Log is the path of a component's log.
func (c *Cluster) Log(component string) string { return c.Path("log", component+".log") }

// ImageStore outlives the cluster where KeepImages asks for it.
func (c *Cluster) ImageStore() string { return c.Path("containerd") }

// File is where Save puts the cluster's options.
func (c *Cluster) File() string { return c.Path("cluster.json") }

// Save records the options for the node's processes and for later commands.
func (c *Cluster) Save() error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.File(), append(b, '\n'), 0o600)
}

// Builds are the folders that the clusters under a root were started from.
func Builds(root string) []string {
	var builds []string
	files, _ := filepath.Glob((&Cluster{Root: root, Name: "*"}).File())
	for _, file := range files {
		if c, err := Load(file); err == nil {
			builds = append(builds, c.Build)
		}
	}
	return builds
}

// Load reads what Save wrote.
func Load(file string) (*Cluster, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	return c, json.Unmarshal(b, c)
}
