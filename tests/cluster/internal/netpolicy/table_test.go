package netpolicy

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

var update = flag.Bool("update", false, "write the golden files")

func pod(namespace, name, address string, set map[string]string) *core.Pod {
	return &core.Pod{
		ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name, Labels: set},
		Spec: core.PodSpec{Containers: []core.Container{{Ports: []core.ContainerPort{
			{Name: "database", ContainerPort: 5432, Protocol: core.ProtocolTCP}}}}},
		Status: core.PodStatus{PodIP: address},
	}
}

func selector(key, value string) *meta.LabelSelector {
	return &meta.LabelSelector{MatchLabels: map[string]string{key: value}}
}

func isolateDB(spec networking.NetworkPolicySpec) *networking.NetworkPolicy {
	spec.PodSelector = *selector("app", "db")
	return &networking.NetworkPolicy{ObjectMeta: meta.ObjectMeta{Namespace: "shop", Name: "db"}, Spec: spec}
}

func ingressFrom(peers []networking.NetworkPolicyPeer, ports ...networking.NetworkPolicyPort) *networking.NetworkPolicy {
	return isolateDB(networking.NetworkPolicySpec{
		PolicyTypes: []networking.PolicyType{networking.PolicyTypeIngress},
		Ingress:     []networking.NetworkPolicyIngressRule{{From: peers, Ports: ports}},
	})
}

func port(value any, end *int32) networking.NetworkPolicyPort {
	switch value := value.(type) {
	case string:
		return networking.NetworkPolicyPort{Port: ptr.To(intstr.FromString(value)), EndPort: end}
	default:
		return networking.NetworkPolicyPort{Port: ptr.To(intstr.FromInt32(int32(value.(int)))), EndPort: end}
	}
}

var cases = map[string]*networking.NetworkPolicy{
	"deny-all": isolateDB(networking.NetworkPolicySpec{
		PolicyTypes: []networking.PolicyType{networking.PolicyTypeIngress, networking.PolicyTypeEgress}}),
	"allow-all":             ingressFrom(nil),
	"pods-of-the-namespace": ingressFrom([]networking.NetworkPolicyPeer{{PodSelector: selector("role", "client")}}, port(5432, nil)),
	"pods-of-other-namespaces": ingressFrom([]networking.NetworkPolicyPeer{{
		NamespaceSelector: selector("team", "ops"), PodSelector: selector("role", "client")}}),
	"nobody-selected": ingressFrom([]networking.NetworkPolicyPeer{{PodSelector: selector("role", "none")}}),
	"address-block": ingressFrom([]networking.NetworkPolicyPeer{
		{IPBlock: &networking.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"10.1.0.0/16", "10.2.0.0/16"}}},
		{IPBlock: &networking.IPBlock{CIDR: "fd00::/8"}}}),
	"ports": ingressFrom(nil, port("database", nil), port(8000, ptr.To(int32(8100))),
		networking.NetworkPolicyPort{Protocol: ptr.To(core.ProtocolUDP)}),
	"egress": isolateDB(networking.NetworkPolicySpec{
		PolicyTypes: []networking.PolicyType{networking.PolicyTypeEgress},
		Egress: []networking.NetworkPolicyEgressRule{{
			To: []networking.NetworkPolicyPeer{{NamespaceSelector: selector("team", "ops")}}, Ports: []networking.NetworkPolicyPort{port("database", nil)}}}}),
	"other-pods": {ObjectMeta: meta.ObjectMeta{Namespace: "ops"}, Spec: networking.NetworkPolicySpec{
		PodSelector: *selector("app", "db"), PolicyTypes: []networking.PolicyType{networking.PolicyTypeIngress}}},
}

func TestRender(t *testing.T) {
	for name, policy := range cases {
		t.Run(name, func(t *testing.T) {
			s := &state{
				namespaces: map[string]labels.Set{"shop": {"team": "shop"}, "ops": {"team": "ops"}},
				pods: []*core.Pod{
					pod("shop", "db-0", "10.91.0.2", map[string]string{"app": "db"}),
					pod("shop", "client", "10.91.0.3", map[string]string{"role": "client"}),
					pod("ops", "client", "10.91.0.4", map[string]string{"role": "client"}),
				},
				policies: []*networking.NetworkPolicy{policy},
			}
			golden := filepath.Join("testdata", name+".nft")
			got := s.render()
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestOnlyRunningPodsWithAnAddressOfTheirOwnAreFiltered(t *testing.T) {
	running := core.Pod{Status: core.PodStatus{PodIP: "10.91.0.2", Phase: core.PodRunning}}
	ended, hostNetwork, pending := running, running, running
	ended.Status.Phase = core.PodSucceeded
	hostNetwork.Spec.HostNetwork = true
	pending.Status.PodIP = ""
	for name, c := range map[string]struct {
		pod  core.Pod
		want bool
	}{"running": {running, true}, "ended": {ended, false}, "host network": {hostNetwork, false}, "without address": {pending, false}} {
		if got := isFiltered(&c.pod); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
