package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
)

func TestParseStatWithAnAwkwardName(t *testing.T) {
	const stat = "42 (a ) S (b) R 1 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1000 1"
	state, start, err := parseStat(stat)
	if err != nil || state != "R" || start != 98765 {
		t.Errorf("got %q, %d, %v", state, start, err)
	}
	if _, _, err := parseStat("42 (short) R"); err == nil {
		t.Error("a cut line is accepted")
	}
}

func TestPIDChain(t *testing.T) {
	if got := pidChain("Name:\tx\nNSpid:\t4711\t12\nPid:\t4711\n"); !reflect.DeepEqual(got, []int{4711, 12}) {
		t.Errorf("got %v", got)
	}
}

func TestSelfIsAliveAndSurvivesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	if err := Self().Save(path); err != nil {
		t.Fatal(err)
	}
	id, err := Load(path)
	if err != nil || id != Self() || id.PID != os.Getpid() || !id.Alive() {
		t.Errorf("got %v, %v", id, err)
	}
}

func TestAnotherProcessWithThePIDIsNotMeant(t *testing.T) {
	other := Self()
	other.Start++
	if other.Alive() {
		t.Error("alive")
	}
	if err := other.Kill(); err != nil { // and does not kill this test
		t.Error(err)
	}
}

func TestAZombieIsNotAlive(t *testing.T) {
	child := exec.Command("cat")
	input, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := Find(child.Process.Pid)
	if err != nil || !id.Alive() {
		t.Fatalf("got %v, %v", id, err)
	}
	input.Close()
	for id.Alive() { // it ends by itself, and nobody has waited for it yet
	}
	child.Wait()
}
