package lifecycle

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"crm-operator.dev/tests/cluster/internal/layout"
	"crm-operator.dev/tests/cluster/internal/node"
	"crm-operator.dev/tests/cluster/internal/process"
)

// readyTimeout is far above what a loaded machine takes.
const readyTimeout = 3 * time.Minute

// milestones are the units worth a line while one waits.
var milestones = []string{"apiserver", "node", "images", "dns"}

// awaitReady returns when every unit is as it should be.
func awaitReady(c *layout.Cluster) error {
	started := time.Now()
	said := map[string]bool{}
	for ; ; time.Sleep(pollInterval) {
		units, _ := node.ReadStatus(c) // not there yet: no units
		for _, unit := range units {
			if unit.Settled() && !said[unit.Name] && slices.Contains(milestones, unit.Name) {
				said[unit.Name] = true
				fmt.Printf("%5.1fs  %s %s\n", time.Since(started).Seconds(), unit.Name, unit.State)
			}
		}
		open := unsettled(units)
		if len(units) > 0 && len(open) == 0 {
			fmt.Printf("%5.1fs  cluster %s is up; KUBECONFIG=%s\n", time.Since(started).Seconds(), c.Name, c.Kubeconfig("admin"))
			return nil
		}
		if !isAlive(c) {
			return fmt.Errorf("the node ended:\n%s", tail(c.Log("node")))
		}
		if time.Since(started) > readyTimeout {
			return fmt.Errorf("not ready after %v: %s; see %s", readyTimeout, strings.Join(open, ", "), c.Path("log"))
		}
	}
}

func unsettled(units []node.Status) []string {
	var names []string
	for _, unit := range units {
		if !unit.Settled() {
			names = append(names, unit.Name+" "+unit.State)
		}
	}
	return names
}

// tail returns the last lines of a log.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// PrintStatus says how the cluster is, and fails unless all of it is well.
func PrintStatus(c *layout.Cluster) error {
	first, err := firstProcess(c)
	if err != nil {
		return fmt.Errorf("cluster %s: %w", c.Name, err)
	}
	units, err := node.ReadStatus(c)
	if err != nil {
		return err
	}
	fmt.Printf("cluster %s, process %d, %s\n", c.Name, first.PID, c.Server())
	printUnits(units, process.OutsidePIDs(first.PID))
	if open := unsettled(units); len(open) > 0 {
		return fmt.Errorf("not ready: %s", strings.Join(open, ", "))
	}
	return nil
}

func printUnits(units []node.Status, outside map[int]int) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "UNIT\tSTATE\tPID\tFOR\tRESTARTS\tLAST END")
	for _, unit := range units {
		pid := "-"
		if unit.PID != 0 {
			pid = fmt.Sprint(outside[unit.PID])
		}
		end := unit.LastEnd
		if end == "" {
			end = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", unit.Name, unit.State, pid, time.Since(unit.Since).Round(time.Second), unit.Restarts, end)
	}
	w.Flush()
}
