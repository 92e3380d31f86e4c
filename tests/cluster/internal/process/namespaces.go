package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// OutsidePIDs maps pids in the pid namespace of a process to this machine's.
func OutsidePIDs(member int) map[int]int {
	pids := map[int]int{}
	namespace, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(member), "ns/pid"))
	if err != nil {
		return pids
	}
	statuses, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, path := range statuses {
		if link, err := os.Readlink(filepath.Join(filepath.Dir(path), "ns/pid")); err != nil || link != namespace {
			continue
		}
		status, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		if chain := pidChain(string(status)); len(chain) > 1 {
			pids[chain[len(chain)-1]] = chain[0]
		}
	}
	return pids
}

// pidChain returns a process's pids, from the namespace of /proc inwards.
func pidChain(status string) []int {
	for line := range strings.Lines(status) {
		rest, found := strings.CutPrefix(line, "NSpid:")
		if !found {
			continue
		}
		var chain []int
		for field := range strings.FieldsSeq(rest) {
			pid, _ := strconv.Atoi(field)
			chain = append(chain, pid)
		}
		return chain
	}
	return nil
}
