// Package build makes the cluster's programs, images and manifests from Go
// modules, once for each state of the sources.
package build

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"crm-operator.dev/tests/cluster/internal/image"
)

// Builder knows where to build what with.
type Builder struct {
	Go          string          // the go command
	Source      string          // the folder of go.mod
	Destination string          // a folder for this state of the sources
	InUse       func() []string // folders that clusters run from
}

// images are the cluster's own.
var images = []image.Image{
	{Name: "cluster.test/pause:1", Program: "pause", Path: "/pause", User: "65535:65535"},
	{Name: "cluster.test/coredns:1", Program: "coredns", Path: "/coredns", User: "65534:65534"},
	{Name: "cluster.test/probe:1", Program: "probe", Path: "/probe", User: "65534:65534"},
}

const (
	versionModule  = "k8s.io/kubernetes"
	helmModule     = "helm.sh/helm/v3"
	snapshotModule = "github.com/kubernetes-csi/external-snapshotter/client/v8"
)

// versionPackages hold the version that Kubernetes gives out for its own. A
// client that finds none there fails.
var versionPackages = []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"}

// Ensure builds unless that is done. Several that ask at once wait for one.
func (b Builder) Ensure() error {
	if b.isDone() {
		touch(b.Destination)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(b.Destination), 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(filepath.Dir(b.Destination), "build.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	if b.isDone() {
		return nil
	}
	return b.build()
}

func (b Builder) isDone() bool {
	_, err := os.Stat(b.Destination)
	return err == nil
}

// build works in a folder aside: the destination is whole, or not there.
func (b Builder) build() error {
	started := time.Now()
	fmt.Println("Building Kubernetes from Go modules: about 10 minutes the first time on a machine, seconds later on.")
	unfinished := b.Destination + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	stop := reportElapsed(started)
	err := b.buildPrograms(filepath.Join(unfinished, "bin"))
	stop()
	if err != nil {
		return err
	}
	if err := os.Symlink("kube", filepath.Join(unfinished, "bin", "kubectl")); err != nil {
		return err
	}
	if err := b.copyCRDs(filepath.Join(unfinished, "crds")); err != nil {
		return err
	}
	if err := writeImages(unfinished); err != nil {
		return err
	}
	if err := os.Rename(unfinished, b.Destination); err != nil {
		return err
	}
	prune(b.Destination, b.InUse())
	fmt.Printf("Built in %s: %s\n", time.Since(started).Round(time.Second), b.Destination)
	return nil
}

func reportElapsed(started time.Time) (stop func()) {
	ticker := time.NewTicker(30 * time.Second)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				fmt.Printf("  still compiling, %s so far\n", time.Since(started).Round(time.Second))
			case <-done:
				return
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}

// buildPrograms compiles everything in one call: what they share, once.
func (b Builder) buildPrograms(directory string) error {
	version, err := b.goOutput("list", "-m", "-f", "{{.Version}}", versionModule)
	if err != nil {
		return err
	}
	helmVersion, err := b.goOutput("list", "-m", "-f", "{{.Version}}", helmModule)
	if err != nil {
		return err
	}
	flags := fmt.Sprintf("-s -w -X %s/internal/version.version=%s", helmModule, helmVersion)
	for _, p := range versionPackages {
		flags += fmt.Sprintf(" -X %[1]s.gitVersion=%[2]s -X %[1]s.gitTreeState=clean -X %[1]s.gitCommit=module", p, version)
	}
	tools, err := b.goOutput("list", "-f", "{{.ImportPath}}", "tool")
	if err != nil {
		return err
	}
	arguments := []string{"build", "-trimpath", "-ldflags", flags, "-o", directory + "/", "./cmd/kube", "./cmd/coredns", "./cmd/pause", "./cmd/probe"}
	compile := b.goCommand(append(arguments, strings.Fields(tools)...)...)
	compile.Stdout, compile.Stderr = os.Stdout, os.Stderr
	return compile.Run()
}

// goCommand builds static programs: images have nothing else in them.
func (b Builder) goCommand(arguments ...string) *exec.Cmd {
	command := exec.Command(b.Go, arguments...)
	command.Dir = b.Source
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOFLAGS=-buildvcs=false")
	return command
}

func (b Builder) goOutput(arguments ...string) (string, error) {
	command := b.goCommand(arguments...)
	var errors bytes.Buffer
	command.Stderr = &errors
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(arguments, " "), err, errors.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// copyCRDs takes the kinds of volume snapshots out of their module.
func (b Builder) copyCRDs(directory string) error {
	module, err := b.goOutput("list", "-m", "-f", "{{.Dir}}", snapshotModule)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	for _, kind := range []string{"volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"} {
		file := "snapshot.storage.k8s.io_" + kind + ".yaml"
		text, err := os.ReadFile(filepath.Join(module, "config", "crd", file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(directory, file), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func writeImages(directory string) error {
	if err := os.MkdirAll(filepath.Join(directory, "images"), 0o755); err != nil {
		return err
	}
	for _, i := range images {
		archive := filepath.Join(directory, "images", i.Program+".tar")
		i.Program = filepath.Join(directory, "bin", i.Program)
		if err := image.Write(i, archive); err != nil {
			return err
		}
	}
	return nil
}
