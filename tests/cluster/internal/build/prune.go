package build

import (
	"os"
	"path/filepath"
	"slices"
	"time"
)

// kept is how many builds stay: half a gigabyte each, so that one can go back
// and forth between branches without building anew.
const kept = 4

// touch marks a build as used.
func touch(build string) {
	now := time.Now()
	os.Chtimes(build, now, now)
}

// prune removes the builds beside this one that were used the longest ago,
// unless a cluster runs from them.
func prune(build string, inUse []string) {
	touch(build)
	builds, _ := filepath.Glob(filepath.Join(filepath.Dir(build), "*", "bin"))
	for i := range builds {
		builds[i] = filepath.Dir(builds[i])
	}
	slices.SortFunc(builds, func(a, b string) int { return lastUse(b).Compare(lastUse(a)) })
	for _, old := range builds[min(kept, len(builds)):] {
		if !slices.Contains(inUse, old) {
			os.RemoveAll(old)
		}
	}
}

func lastUse(build string) time.Time {
	info, err := os.Stat(build)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
