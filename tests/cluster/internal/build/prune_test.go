package build

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestPruneKeepsThisBuildAndTheLatestUsed(t *testing.T) {
	cache := t.TempDir()
	names := []string{"this", "a", "b", "c", "d", "e"}
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
	prune(filepath.Join(cache, "this"))
	for i, name := range names {
		_, err := os.Stat(filepath.Join(cache, name))
		if there, want := err == nil, i < kept; there != want {
			t.Errorf("%s: there %t, want %t", name, there, want)
		}
	}
	if _, err := os.Stat(filepath.Join(cache, "tool-x")); err != nil {
		t.Error(err)
	}
}
