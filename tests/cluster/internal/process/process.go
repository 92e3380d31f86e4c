// Package process tells processes apart that had the same pid one after the other.
package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ID names one process of this machine, for good.
type ID struct {
	PID   int
	Start uint64 // clock ticks since boot
}

// Self is this process, as the mounted /proc knows it.
func Self() ID {
	link, err := os.Readlink("/proc/self")
	if err != nil {
		return ID{}
	}
	pid, _ := strconv.Atoi(link)
	id, _ := Find(pid)
	return id
}

// Find returns the process that has the pid now. A zombie is none: nobody may
// ever wait for it, but it holds nothing any more.
func Find(pid int) (ID, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return ID{}, err
	}
	state, start, err := parseStat(string(stat))
	if err == nil && state == "Z" {
		err = fmt.Errorf("process %d is a zombie", pid)
	}
	return ID{pid, start}, err
}

// parseStat reads fields 3 and 22 of /proc/PID/stat. Field 2, the program's
// name, may hold spaces and parentheses itself.
func parseStat(stat string) (state string, start uint64, err error) {
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
	if len(fields) < 20 {
		return "", 0, fmt.Errorf("unexpected /proc/PID/stat: %q", stat)
	}
	start, err = strconv.ParseUint(fields[19], 10, 64)
	return fields[0], start, err
}

// Alive tells whether the process still exists.
func (id ID) Alive() bool {
	now, err := Find(id.PID)
	return err == nil && id.PID != 0 && now == id
}

// Kill ends the process, if it still is the one meant.
func (id ID) Kill() error {
	if !id.Alive() {
		return nil
	}
	return syscall.Kill(id.PID, syscall.SIGKILL)
}

// Save writes the ID to a file.
func (id ID) Save(path string) error {
	return os.WriteFile(path, fmt.Appendf(nil, "%d %d\n", id.PID, id.Start), 0o600)
}

// Load reads what Save wrote.
func Load(path string) (ID, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return ID{}, err
	}
	var id ID
	if _, err := fmt.Sscanf(string(b), "%d %d", &id.PID, &id.Start); err != nil {
		return ID{}, fmt.Errorf("%s: %w", path, err)
	}
	return id, nil
}
