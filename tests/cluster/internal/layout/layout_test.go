package layout

import (
	"os"
	"reflect"
	"testing"
)

func TestValidate(t *testing.T) {
	for name, valid := range map[string]bool{
		"crm": true, "a": true, "bench-2": true,
		"": false, "Crm": false, "-a": false, "a-": false, "../a": false, "a.b": false, "2a": false,
	} {
		c := &Cluster{Name: name, Port: 6443}
		if err := c.Validate(); (err == nil) != valid {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := (&Cluster{Name: "crm", Port: 65536}).Validate(); err == nil {
		t.Error("port 65536 is accepted")
	}
}

func TestClustersShareNoPath(t *testing.T) {
	a, b := &Cluster{Name: "a", Root: "/state"}, &Cluster{Name: "b", Root: "/state"}
	if a.Path() == b.Path() || a.CgroupRoot() == b.CgroupRoot() || a.Node() == b.Node() {
		t.Error("they do")
	}
}

func TestSaveAndLoad(t *testing.T) {
	c := &Cluster{Name: "a", Port: 1, ControlPlaneOnly: true, Root: t.TempDir()}
	if err := os.Mkdir(c.Path(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(c.File()); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("got %v, %v", got, err)
	}
}
