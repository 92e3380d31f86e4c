package layout

import (
	"os"
	"reflect"
	"slices"
	"testing"
)

func TestNamesThatAreNoPartOfAHostNameAreRefused(t *testing.T) {
	for name, valid := range map[string]bool{
		"crm": true, "a": true, "bench-2": true, "a23456789-123456789-1234": true,
		"": false, "Crm": false, "-a": false, "a-": false, "../a": false, "a.b": false, "2a": false,
		"a23456789-123456789-12345": false,
	} {
		if _, err := InCheckout(name, "/src"); (err == nil) != valid {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestClustersAreToldApartByCheckoutAndByName(t *testing.T) {
	first, _ := InCheckout("crm", "/src/one")
	for _, other := range [][2]string{{"crm", "/src/two"}, {"e2e", "/src/one"}} {
		if second, _ := InCheckout(other[0], other[1]); second == first {
			t.Errorf("%v is %s too", other, first)
		}
	}
	if again, _ := InCheckout("crm", "/src/one"); again != first {
		t.Errorf("%s is %s the next time", first, again)
	}
}

func TestClustersShareNoPath(t *testing.T) {
	a, b := &Cluster{Name: "a", Root: "/state"}, &Cluster{Name: "b", Root: "/state"}
	if a.Path() == b.Path() || a.CgroupRoot() == b.CgroupRoot() || a.Node() == b.Node() {
		t.Error("they do")
	}
}

func TestSaveAndLoad(t *testing.T) {
	c := &Cluster{Name: "a", Port: 1, ControlPlaneOnly: true, Build: "/build", Root: t.TempDir()}
	if err := os.Mkdir(c.Path(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(c.File()); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("got %v, %v", got, err)
	}
	if builds := Builds(c.Root); !slices.Equal(builds, []string{c.Build}) {
		t.Errorf("builds %v", builds)
	}
}
