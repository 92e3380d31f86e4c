package lifecycle

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"crm-operator.dev/tests/cluster/internal/layout"
	"crm-operator.dev/tests/cluster/internal/process"
)

const (
	pollInterval = 20 * time.Millisecond
	// recordTimeout is for the first process to write down its pid.
	recordTimeout = 5 * time.Second
	killTimeout   = time.Minute
)

// errNotUp is for commands that need a running cluster.
var errNotUp = errors.New("the cluster is not up")

// serialize lets one up or down work on a cluster at a time. The file is
// outside the cluster's folder, and both go with the cluster: who waited for
// a file that is no longer there takes the next one.
func serialize(c *layout.Cluster) (unlock func(), err error) {
	if err := os.MkdirAll(c.Root, 0o755); err != nil {
		return nil, err
	}
	for {
		file, err := os.OpenFile(upOrDownFile(c), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
			file.Close()
			return nil, err
		}
		if isAt(upOrDownFile(c), file) {
			return func() { file.Close() }, nil
		}
		file.Close()
	}
}

func upOrDownFile(c *layout.Cluster) string { return filepath.Join(c.Root, c.Name+".lock") }

func isAt(path string, file *os.File) bool {
	opened, err := file.Stat()
	if err != nil {
		return false
	}
	present, err := os.Stat(path)
	return err == nil && os.SameFile(opened, present)
}

// takeLife opens the file that the cluster's first process keeps locked. A
// lock is exact where a pid file is not: it exists before the process does,
// and never longer. Somebody who only looks may hold it for a moment.
func takeLife(c *layout.Cluster) (*os.File, error) {
	file, err := os.OpenFile(lifeFile(c), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(recordTimeout); ; time.Sleep(pollInterval) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return file, nil
		}
		if time.Now().After(deadline) {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", lifeFile(c), err)
		}
	}
}

func lifeFile(c *layout.Cluster) string { return c.Path("alive.lock") }

// isAlive looks with a shared lock, so that two who look do not see each other.
func isAlive(c *layout.Cluster) bool {
	file, err := os.Open(lifeFile(c))
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// firstProcess returns the process that the whole cluster ends with.
func firstProcess(c *layout.Cluster) (process.ID, error) {
	for deadline := time.Now().Add(recordTimeout); isAlive(c); time.Sleep(pollInterval) {
		if id, err := process.Load(c.Path("init.pid")); err == nil && id.Alive() {
			return id, nil
		}
		if time.Now().After(deadline) {
			return process.ID{}, fmt.Errorf("the cluster lives, but %s does not say as which process", c.Path("init.pid"))
		}
	}
	return process.ID{}, errNotUp
}

// end kills the cluster, if it lives, and waits until the last of its
// processes is gone.
func end(c *layout.Cluster) error {
	id, err := firstProcess(c)
	if errors.Is(err, errNotUp) {
		// It may have died a moment ago, with others still on their way.
		if id, err = process.Load(c.Path("init.pid")); err != nil {
			return nil
		}
	} else if err != nil {
		return err
	}
	if err := id.Kill(); err != nil {
		return err
	}
	for deadline := time.Now().Add(killTimeout); id.Alive(); time.Sleep(pollInterval) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d does not end", id.PID)
		}
	}
	return nil
}
