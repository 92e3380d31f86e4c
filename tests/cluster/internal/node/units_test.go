package node

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"crm-operator.dev/tests/cluster/internal/layout"
	"crm-operator.dev/tests/cluster/internal/storage"
)

func testCluster(t *testing.T) *layout.Cluster {
	t.Helper()
	c := &layout.Cluster{Name: "test", Port: 7001, Root: t.TempDir()}
	if err := os.MkdirAll(c.Path("log"), 0o755); err != nil {
		t.Fatal(err)
	}
	return c
}

func allUnits(c *layout.Cluster) []unit {
	units := append(controlPlane(c, &apiClient{}), nodeComponents(c, &apiClient{})...)
	return append(units, addons(c, &apiClient{})...)
}

func TestUnitsWaitOnlyForUnitsThatExist(t *testing.T) {
	c := testCluster(t)
	for _, units := range [][]unit{controlPlane(c, &apiClient{}), allUnits(c)} {
		names := map[string]bool{}
		for _, u := range units {
			if names[u.name] {
				t.Errorf("%s is there twice", u.name)
			}
			names[u.name] = true
		}
		for _, u := range units {
			for _, name := range u.after {
				if !names[name] {
					t.Errorf("%s waits for %s, which does not exist", u.name, name)
				}
			}
			if (u.task == nil) == (u.command == nil) {
				t.Errorf("%s must be either a task or a component", u.name)
			}
		}
	}
}

func TestDriverSocketIsTheDrivers(t *testing.T) {
	if want := filepath.Join(layout.KubeletRoot, "plugins", storage.DriverName, "csi.sock"); driverSocket != want {
		t.Errorf("got %s, want %s", driverSocket, want)
	}
}

// await returns the unit's status as soon as it is as wanted.
func await(t *testing.T, c *layout.Cluster, name string, wanted func(Status) bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		units, _ := ReadStatus(c)
		for _, u := range units {
			if u.Name == name && wanted(u) {
				return
			}
		}
	}
	t.Fatalf("%s never was as wanted", name)
}

func keepAll(c *layout.Cluster, units ...unit) {
	board := newBoard(c, units)
	for _, u := range units {
		go u.keep(c, board)
	}
}

func TestAComponentThatEndsIsStartedAgain(t *testing.T) {
	c := testCluster(t)
	keepAll(c, unit{name: "brief", command: []string{"false"}})
	await(t, c, "brief", func(s Status) bool { return s.Restarts >= 2 && s.LastEnd == "exit status 1" })
}

func TestATaskIsRetriedAndThenDone(t *testing.T) {
	c := testCluster(t)
	failures := 2
	keepAll(c, unit{name: "task", task: func() error {
		if failures == 0 {
			return nil
		}
		failures--
		return errors.New("not yet")
	}})
	await(t, c, "task", func(s Status) bool { return s.State == Done && s.Restarts == 2 && s.LastEnd == "not yet" })
}

func TestAUnitStartsWhenThoseBeforeItAreReady(t *testing.T) {
	c := testCluster(t)
	gate := make(chan struct{})
	keepAll(c,
		unit{name: "first", task: func() error { <-gate; return nil }},
		unit{name: "second", after: []string{"first"}, task: func() error { return nil }})
	await(t, c, "first", func(s Status) bool { return s.State == Running })
	await(t, c, "second", func(s Status) bool { return s.State == Waiting })
	close(gate)
	await(t, c, "second", func(s Status) bool { return s.State == Done })
}

func TestAComponentIsReadyWhenItsProbeSaysSo(t *testing.T) {
	c := testCluster(t)
	flag := c.Path("flag")
	keepAll(c, unit{name: "probed", command: []string{"sleep", "5"}, ready: func() error { _, err := os.Stat(flag); return err }})
	await(t, c, "probed", func(s Status) bool { return s.State == Running && s.PID != 0 })
	if err := os.WriteFile(flag, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	await(t, c, "probed", func(s Status) bool { return s.State == Ready })
}
