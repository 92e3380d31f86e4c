package node

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// States of a unit.
const (
	Waiting = "waiting"  // for other units
	Running = "starting" // a process that is not ready yet, a task not done
	Ready   = "ready"    // of a component
	Done    = "done"     // of a task
	Ended   = "ended"    // of a component; it will be started again
)

// Status is what is known of one unit.
type Status struct {
	Name     string
	State    string
	PID      int       // in the node's pid namespace, 0 if it has no process
	Since    time.Time // it is in this state
	Restarts int
	LastEnd  string // why it was last started again, "" if never
}

// Settled tells whether the unit is as it should be.
func (s Status) Settled() bool { return s.State == Ready || s.State == Done }

// ReadStatus returns what the supervisor last wrote.
func ReadStatus(c *layout.Cluster) ([]Status, error) {
	b, err := os.ReadFile(statusFile(c))
	if err != nil {
		return nil, err
	}
	var units []Status
	return units, json.Unmarshal(b, &units)
}

func statusFile(c *layout.Cluster) string { return c.Path("status.json") }

// board is where units say how they are: for one another, and for the
// commands that read the status file.
type board struct {
	file  string
	mutex sync.Mutex
	units []Status
	first map[string]chan struct{} // closed when the unit is ready for the first time
}

func newBoard(c *layout.Cluster, units []unit) *board {
	b := &board{file: statusFile(c), first: map[string]chan struct{}{}}
	for _, u := range units {
		b.units = append(b.units, Status{Name: u.name, State: Waiting, Since: time.Now()})
		b.first[u.name] = make(chan struct{})
	}
	return b
}

func (b *board) becomesReady(name string) <-chan struct{} { return b.first[name] }

func (b *board) set(name, state string, pid int) {
	b.change(name, func(s *Status) {
		s.State, s.PID, s.Since = state, pid, time.Now()
		if first := b.first[name]; s.Settled() {
			select {
			case <-first:
			default:
				close(first)
			}
		}
	})
}

func (b *board) ended(name string, err error, backOff time.Duration) {
	logf("%s ended: %v; starting it again in %v", name, err, backOff)
	b.change(name, func(s *Status) {
		s.State, s.PID, s.Since = Ended, 0, time.Now()
		s.Restarts++
		s.LastEnd = err.Error()
	})
}

func (b *board) retrying(name string, err error) {
	logf("%s: %v; trying again", name, err)
	b.change(name, func(s *Status) {
		s.Restarts++
		s.LastEnd = err.Error()
	})
}

func (b *board) change(name string, apply func(*Status)) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for i := range b.units {
		if b.units[i].Name == name {
			apply(&b.units[i])
		}
	}
	b.write()
}

// write replaces the file at once: readers see the old one or the new one.
func (b *board) write() {
	text, err := json.MarshalIndent(b.units, "", "  ")
	if err == nil {
		err = os.WriteFile(b.file+".new", text, 0o644)
	}
	if err == nil {
		err = os.Rename(b.file+".new", b.file)
	}
	if err != nil {
		logf("status: %v", err)
	}
}

func logf(format string, args ...any) {
	fmt.Fprintln(os.Stderr, time.Now().Format("15:04:05.000"), fmt.Sprintf(format, args...))
}
