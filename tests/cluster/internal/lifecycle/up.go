// Package lifecycle starts, watches and ends clusters from outside.
package lifecycle

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"crm-operator.dev/tests/cluster/internal/config"
	"crm-operator.dev/tests/cluster/internal/layout"
	"crm-operator.dev/tests/cluster/internal/pki"
)

// Up makes the cluster run, whatever a former one left behind.
func Up(c *layout.Cluster) error {
	if os.Geteuid() != 0 {
		return errors.New("needs root: namespaces, mounts and cgroups")
	}
	unlock, err := serialize(c)
	if err != nil {
		return err
	}
	defer unlock()
	if isAlive(c) {
		if err := sameOptions(c); err != nil {
			return err
		}
		return awaitReady(c)
	}
	if err := end(c); err != nil {
		return err
	}
	if err := clean(c); err != nil {
		return fmt.Errorf("clean up after the cluster before: %w", err)
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", c.Port))
	if err != nil {
		return err
	}
	defer listener.Close()
	c.Port = listener.Addr().(*net.TCPAddr).Port
	if err := prepare(c); err != nil {
		return err
	}
	if err := start(c, listener.(*net.TCPListener)); err != nil {
		return err
	}
	return awaitReady(c)
}

// sameOptions refuses to pass a running cluster off as another one.
func sameOptions(c *layout.Cluster) error {
	running, err := layout.Load(c.File())
	if err != nil {
		return err
	}
	if (c.Port != 0 && c.Port != running.Port) || running.ControlPlaneOnly != c.ControlPlaneOnly {
		return fmt.Errorf("cluster %s is up with port %d and control-plane-only=%t: take it down first",
			c.Name, running.Port, running.ControlPlaneOnly)
	}
	return nil
}

// prepare writes what the node's processes read.
func prepare(c *layout.Cluster) error {
	directories := []string{"pki", "config", "log", "kubelet", "volumes", "containerd"}
	for _, name := range directories {
		if err := os.MkdirAll(c.Path(name), 0o755); err != nil {
			return err
		}
	}
	// Mount points, which stay: removing one would unmount it in other clusters.
	for _, directory := range []string{layout.KubeletRoot, layout.CNIState} {
		if err := os.MkdirAll(directory, 0o755); err != nil {
			return err
		}
	}
	if err := c.Save(); err != nil {
		return err
	}
	if err := pki.Write(c); err != nil {
		return err
	}
	if err := config.Write(c); err != nil {
		return err
	}
	if c.ControlPlaneOnly {
		return nil
	}
	// Built into many kernels: if it is missing, the node says so.
	exec.Command("modprobe", "br_netfilter").Run()
	return makeCgroups(c)
}

const namespaces = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWNET

// start starts the first process of the cluster's namespaces, which listens on.
func start(c *layout.Cluster, listener *net.TCPListener) error {
	port, err := listener.File()
	if err != nil {
		return err
	}
	defer port.Close()
	life, err := takeLife(c)
	if err != nil {
		return err
	}
	defer life.Close()
	log, err := os.Create(c.Log("node"))
	if err != nil {
		return err
	}
	defer log.Close()
	first := exec.Command("/proc/self/exe", "init", c.File())
	first.Dir = "/"
	first.Stdout, first.Stderr = log, log
	first.ExtraFiles = []*os.File{life, port}
	first.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: namespaces}
	if err := first.Start(); err != nil {
		return fmt.Errorf("start the node: %w", err)
	}
	go first.Wait() // so that an early end leaves no zombie, which would seem alive
	return nil
}

// Down ends the cluster and removes its state. Unless told what to do with the
// image store, it keeps one that was to be kept.
func Down(c *layout.Cluster, told bool) error {
	started := time.Now()
	unlock, err := serialize(c)
	if err != nil {
		return err
	}
	defer unlock()
	if !told {
		former, err := layout.Load(c.File())
		// Without a cluster, a store is there because it was kept.
		c.KeepImages = err != nil || former.KeepImages
	}
	wasUp := isAlive(c)
	if err := end(c); err != nil {
		return err
	}
	if err := clean(c); err != nil {
		return err
	}
	if err := os.Remove(upOrDownFile(c)); err != nil {
		return err
	}
	if wasUp {
		fmt.Printf("cluster %s is down (%.1fs)\n", c.Name, time.Since(started).Seconds())
	} else {
		fmt.Printf("cluster %s was not up\n", c.Name)
	}
	return nil
}
