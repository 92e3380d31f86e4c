package lifecycle

import (
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"crm-operator.dev/tests/cluster/internal/layout"
)

func TestOneWorksOnAClusterAtATimeAlsoWhereEachRemovesTheLock(t *testing.T) {
	c := &layout.Cluster{Name: "a", Root: t.TempDir()}
	var working, beside atomic.Int32
	work := func() error {
		unlock, err := serialize(c)
		if err != nil {
			return err
		}
		defer unlock()
		if working.Add(1) > 1 {
			beside.Add(1)
		}
		working.Add(-1)
		return os.Remove(upOrDownFile(c))
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 50 {
				if err := work(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if beside.Load() > 0 {
		t.Errorf("%d times another was at work", beside.Load())
	}
}
