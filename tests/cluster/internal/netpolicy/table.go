package netpolicy

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
)

// direction is one way of traffic, seen from the pod that a policy isolates.
type direction struct {
	policyType networking.PolicyType
	chain      string // prefix of the names of the pods' chains
	podField   string // where a packet has the isolated pod's address
	rules      func(*state, *networking.NetworkPolicy, *core.Pod) []string
}

var ingress = direction{networking.PolicyTypeIngress, "ingress", "daddr",
	func(s *state, policy *networking.NetworkPolicy, pod *core.Pod) []string {
		var rules []string
		for _, rule := range policy.Spec.Ingress {
			rules = append(rules, product(s.peerMatches(policy.Namespace, "saddr", rule.From), portMatches(rule.Ports, []*core.Pod{pod}))...)
		}
		return rules
	}}

var egress = direction{networking.PolicyTypeEgress, "egress", "saddr",
	func(s *state, policy *networking.NetworkPolicy, _ *core.Pod) []string {
		var rules []string
		for _, rule := range policy.Spec.Egress {
			rules = append(rules, product(s.peerMatches(policy.Namespace, "daddr", rule.To), portMatches(rule.Ports, s.pods))...)
		}
		return rules
	}}

func product(peers, ports []string) []string {
	var out []string
	for _, peer := range peers {
		for _, port := range ports {
			out = append(out, peer+port)
		}
	}
	return out
}

// allowed returns the matches of the traffic that the pod's policies let
// through, and whether there is a policy at all.
func (s *state) allowed(d direction, pod *core.Pod) (rules []string, isolated bool) {
	for _, policy := range s.policies {
		if policy.Namespace != pod.Namespace || !matches(&policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		for _, t := range policy.Spec.PolicyTypes { // the API server always fills this in
			if t == d.policyType {
				isolated = true
				rules = append(rules, d.rules(s, policy, pod)...)
			}
		}
	}
	return sortedSet(rules), isolated
}

// render returns the whole table, with the commands that replace the one before.
func (s *state) render() string {
	var chains strings.Builder
	jumps := map[networking.PolicyType]string{}
	for i, pod := range s.pods {
		for _, d := range []direction{ingress, egress} {
			rules, isolated := s.allowed(d, pod)
			if !isolated {
				continue
			}
			name := fmt.Sprintf("%s%d", d.chain, i)
			writeChain(&chains, name, pod, rules)
			jumps[d.policyType] += fmt.Sprintf("    ip %s %s jump %s\n", d.podField, pod.Status.PodIP, name)
		}
	}
	out, in := jumps[networking.PolicyTypeEgress], jumps[networking.PolicyTypeIngress]
	return "add table inet netpolicy\n" +
		"delete table inet netpolicy\n" +
		"table inet netpolicy {\n" +
		chains.String() +
		hook("forward", out+in) +
		// What goes to the node itself, such as the API server, is nobody's ingress.
		hook("input", out) +
		"}\n"
}

func writeChain(b *strings.Builder, name string, pod *core.Pod, rules []string) {
	fmt.Fprintf(b, "  chain %s { # %s/%s\n", name, pod.Namespace, pod.Name)
	fmt.Fprintf(b, "    ip saddr %[1]s ip daddr %[1]s return\n", pod.Status.PodIP) // to itself, by a service
	for _, rule := range rules {
		fmt.Fprintf(b, "    %sreturn\n", rule)
	}
	fmt.Fprint(b, "    counter drop\n  }\n")
}

func hook(name, jumps string) string {
	return fmt.Sprintf("  chain %[1]s {\n    type filter hook %[1]s priority -5; policy accept;\n"+
		"    ct state established,related accept\n%[2]s  }\n", name, jumps)
}
