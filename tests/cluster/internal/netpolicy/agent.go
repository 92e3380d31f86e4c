package netpolicy

import (
	"context"
	"fmt"
	"log"
	"os/exec"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	// settle gathers the events of one change into one load of the table.
	settle = 50 * time.Millisecond
	retry  = time.Second
)

type agent struct {
	pods       corelisters.PodLister
	namespaces corelisters.NamespaceLister
	policies   networkinglisters.NetworkPolicyLister
	changed    chan struct{}
}

// Run keeps the table up to date until it fails.
func Run(kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	a, err := watch(client)
	if err != nil {
		return err
	}
	loaded := ""
	for range a.changed {
		table := a.state().render()
		if table != loaded {
			if err := load(table); err != nil {
				log.Printf("%v\n%s", err, table)
				time.Sleep(retry)
				a.wake()
				continue
			}
			loaded = table
		}
		time.Sleep(settle)
	}
	return nil
}

func watch(client kubernetes.Interface) (*agent, error) {
	factory := informers.NewSharedInformerFactory(client, 0)
	a := &agent{
		pods:       factory.Core().V1().Pods().Lister(),
		namespaces: factory.Core().V1().Namespaces().Lister(),
		policies:   factory.Networking().V1().NetworkPolicies().Lister(),
		changed:    make(chan struct{}, 1),
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { a.wake() },
		UpdateFunc: func(any, any) { a.wake() },
		DeleteFunc: func(any) { a.wake() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		factory.Core().V1().Pods().Informer(),
		factory.Core().V1().Namespaces().Informer(),
		factory.Networking().V1().NetworkPolicies().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return nil, err
		}
	}
	forever := context.Background().Done()
	factory.Start(forever)
	factory.WaitForCacheSync(forever)
	a.wake() // a table of a former run goes even if nothing happens
	return a, nil
}

func (a *agent) wake() {
	select {
	case a.changed <- struct{}{}:
	default: // a wake-up is pending already
	}
}

// state is ordered by UID, so that equal states give equal tables.
func (a *agent) state() *state {
	s := &state{namespaces: map[string]labels.Set{}}
	all, _ := a.pods.List(labels.Everything()) // a lister of a synced cache has no error to give
	for _, pod := range all {
		if isFiltered(pod) {
			s.pods = append(s.pods, pod)
		}
	}
	namespaces, _ := a.namespaces.List(labels.Everything())
	for _, namespace := range namespaces {
		s.namespaces[namespace.Name] = namespace.Labels
	}
	s.policies, _ = a.policies.List(labels.Everything())
	slices.SortFunc(s.pods, func(x, y *core.Pod) int { return strings.Compare(string(x.UID), string(y.UID)) })
	slices.SortFunc(s.policies, func(x, y *networking.NetworkPolicy) int { return strings.Compare(string(x.UID), string(y.UID)) })
	return s
}

// isFiltered leaves out pods without an address, or with one that another pod may have by now.
func isFiltered(pod *core.Pod) bool {
	return pod.Status.PodIP != "" && !pod.Spec.HostNetwork &&
		pod.Status.Phase != core.PodSucceeded && pod.Status.Phase != core.PodFailed
}

func load(table string) error {
	nft := exec.Command("nft", "-f", "-")
	nft.Stdin = strings.NewReader(table)
	if out, err := nft.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, out)
	}
	return nil
}
