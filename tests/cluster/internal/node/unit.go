package node

import (
	"fmt"
	"os"
	"os/exec"
	"time"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// unit is one thing that the node needs: a component, which is a process kept
// running, or a task, which is done once. A unit starts when those before it
// are ready.
type unit struct {
	name    string
	after   []string
	command []string     // of a component: program and arguments
	task    func() error // of a task: called until it returns nil
	ready   func() error // nil: a component is ready when it runs
}

const (
	pollInterval   = 50 * time.Millisecond
	firstBackOff   = 250 * time.Millisecond
	longestBackOff = 30 * time.Second
	// stable is how long a component must have run for its next end to count
	// as the first again.
	stable = time.Minute
)

// keep runs the unit for as long as the supervisor lives.
func (u unit) keep(c *layout.Cluster, board *board) {
	for _, name := range u.after {
		<-board.becomesReady(name)
	}
	if u.task != nil {
		u.finish(board)
		return
	}
	backOff := firstBackOff
	for {
		started := time.Now()
		err := u.runOnce(c, board)
		if time.Since(started) > stable {
			backOff = firstBackOff
		}
		board.ended(u.name, err, backOff)
		time.Sleep(backOff)
		backOff = min(2*backOff, longestBackOff)
	}
}

// finish retries the task: what it needs may come up a little later than the
// units it waits for.
func (u unit) finish(board *board) {
	board.set(u.name, Running, 0)
	backOff := firstBackOff
	for {
		err := u.task()
		if err == nil {
			board.set(u.name, Done, 0)
			return
		}
		board.retrying(u.name, err)
		time.Sleep(backOff)
		backOff = min(2*backOff, longestBackOff)
	}
}

// runOnce starts the component, reports when it is ready, and waits for its end.
func (u unit) runOnce(c *layout.Cluster, board *board) error {
	log, err := os.OpenFile(c.Log(u.name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	process := exec.Command(u.command[0], u.command[1:]...)
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		return err
	}
	board.set(u.name, Running, process.Process.Pid)
	ended := make(chan struct{})
	checked := make(chan struct{})
	go func() {
		defer close(checked)
		if u.awaitReady(ended) {
			board.set(u.name, Ready, process.Process.Pid)
		}
	}()
	err = process.Wait()
	close(ended)
	<-checked
	if err == nil {
		err = fmt.Errorf("exit status 0")
	}
	return err
}

// awaitReady returns false when the process ends first.
func (u unit) awaitReady(ended <-chan struct{}) bool {
	for u.ready != nil && u.ready() != nil {
		select {
		case <-ended:
			return false
		case <-time.After(pollInterval):
		}
	}
	return true
}
