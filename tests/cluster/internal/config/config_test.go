package config

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"crm-operator.dev/tests/cluster/internal/layout"
)

var cluster = &layout.Cluster{Name: "test", Port: 7001, Root: "/state"}

func render(t *testing.T, name string) string {
	t.Helper()
	text, err := Render(cluster, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFilesHaveTheClustersNames(t *testing.T) {
	for file, wanted := range map[string]string{
		"containerd.toml":        `root = "/state/test/containerd"`,
		"kubelet.yaml":           "cgroupRoot: /crm-cluster-test\n",
		"proxy.yaml":             "hostnameOverride: test-node\n",
		"resolv.conf":            "nameserver 10.92.0.10\n",
		"cni/10-bridge.conflist": `"subnet": "10.91.0.0/16"`,
	} {
		if text := render(t, file); !strings.Contains(text, wanted) {
			t.Errorf("%s lacks %q:\n%s", file, wanted, text)
		}
	}
}

func TestFilesAreWellFormed(t *testing.T) {
	for _, name := range Names {
		text := []byte(render(t, name))
		var value any
		switch {
		case strings.HasSuffix(name, ".yaml"):
			if err := yaml.Unmarshal(text, &value); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case strings.HasSuffix(name, ".conflist"):
			if err := json.Unmarshal(text, &value); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestWriteMakesEveryFile(t *testing.T) {
	c := &layout.Cluster{Name: "test", Root: t.TempDir()}
	if err := Write(c); err != nil {
		t.Fatal(err)
	}
	for _, name := range Names {
		if _, err := os.Stat(Path(c, name)); err != nil {
			t.Error(err)
		}
	}
}
