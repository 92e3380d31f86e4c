package build

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestPruneKeepsThisBuildTheLatestUsedAndThoseInUse(t *testing.T) {
	cache := t.TempDir()
	names := []string{"this", "a", "b", "c", "d", "running", "e"}
	for age, name := range names {
		if err := os.MkdirAll(filepath.Join(cache, name, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
		used := time.Now().Add(-time.Duration(age) * time.Hour)
		if name == "this" {
			used = time.Time{}.Add(time.Hour)
		}
		if err := os.Chtimes(filepath.Join(cache, name), used, used); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(cache, "tool-x"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	prune(filepath.Join(cache, "this"), []string{filepath.Join(cache, "running")})
	for i, name := range names {
		_, err := os.Stat(filepath.Join(cache, name))
		if there, want := err == nil, i < kept || name == "running"; there != want {
			t.Errorf("%s: there %t, want %t", name, there, want)
		}
	}
	if _, err := os.Stat(filepath.Join(cache, "tool-x")); err != nil {
		t.Error(err)
	}
}
