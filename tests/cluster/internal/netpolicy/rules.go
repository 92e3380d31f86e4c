// Package netpolicy enforces NetworkPolicy on a cluster of one node.
//
// It renders every policy into one nftables table and loads the table whole
// whenever something changes. Known limits: IPv4 only; a new pod is unfiltered
// until its address shows in its status, a fraction of a second; open
// connections outlive a change of policy.
package netpolicy

import (
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// state is what the rules are made of.
type state struct {
	pods       []*core.Pod // with an address of their own, and still running
	namespaces map[string]labels.Set
	policies   []*networking.NetworkPolicy
}

func matches(selector *meta.LabelSelector, set map[string]string) bool {
	s, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(set))
}

// peerMatches returns one nftables match for each alternative; "" matches all.
// field is "saddr" or "daddr".
func (s *state) peerMatches(namespace, field string, peers []networking.NetworkPolicyPeer) []string {
	if len(peers) == 0 {
		return []string{""}
	}
	var alternatives, addresses []string
	for _, peer := range peers {
		if peer.IPBlock != nil {
			alternatives = append(alternatives, blockMatch(field, peer.IPBlock)...)
			continue
		}
		for _, pod := range s.pods {
			if s.selects(namespace, peer, pod) {
				addresses = append(addresses, pod.Status.PodIP)
			}
		}
	}
	if len(addresses) > 0 {
		alternatives = append(alternatives, fmt.Sprintf("ip %s { %s } ", field, strings.Join(sortedSet(addresses), ", ")))
	}
	return alternatives
}

// selects tells whether a peer of a policy in the namespace means the pod.
func (s *state) selects(namespace string, peer networking.NetworkPolicyPeer, pod *core.Pod) bool {
	if peer.NamespaceSelector == nil {
		if pod.Namespace != namespace {
			return false
		}
	} else if !matches(peer.NamespaceSelector, s.namespaces[pod.Namespace]) {
		return false
	}
	return peer.PodSelector == nil || matches(peer.PodSelector, pod.Labels)
}

func blockMatch(field string, block *networking.IPBlock) []string {
	isIPv6 := func(cidr string) bool { return strings.Contains(cidr, ":") }
	if isIPv6(block.CIDR) {
		return nil
	}
	match := fmt.Sprintf("ip %s %s ", field, block.CIDR)
	if except := slices.DeleteFunc(slices.Clone(block.Except), isIPv6); len(except) > 0 {
		match += fmt.Sprintf("ip %s != { %s } ", field, strings.Join(except, ", "))
	}
	return []string{match}
}

// portMatches returns one nftables match for each port; "" matches all. A
// named port is looked up in the pods that the traffic goes to, which limits
// the match to their addresses.
func portMatches(ports []networking.NetworkPolicyPort, destinations []*core.Pod) []string {
	if len(ports) == 0 {
		return []string{""}
	}
	var alternatives []string
	for _, port := range ports {
		protocol := core.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		transport := strings.ToLower(string(protocol))
		switch {
		case port.Port == nil:
			alternatives = append(alternatives, "meta l4proto "+transport+" ")
		case port.Port.StrVal != "":
			alternatives = append(alternatives, namedPortMatches(port.Port.StrVal, protocol, destinations)...)
		case port.EndPort != nil:
			alternatives = append(alternatives, fmt.Sprintf("%s dport %d-%d ", transport, port.Port.IntVal, *port.EndPort))
		default:
			alternatives = append(alternatives, fmt.Sprintf("%s dport %d ", transport, port.Port.IntVal))
		}
	}
	return alternatives
}

func namedPortMatches(name string, protocol core.Protocol, destinations []*core.Pod) []string {
	var alternatives []string
	for _, pod := range destinations {
		for _, container := range pod.Spec.Containers {
			for _, port := range container.Ports {
				if port.Name == name && port.Protocol == protocol {
					alternatives = append(alternatives, fmt.Sprintf("ip daddr %s %s dport %d ",
						pod.Status.PodIP, strings.ToLower(string(protocol)), port.ContainerPort))
				}
			}
		}
	}
	return alternatives
}

func sortedSet(in []string) []string {
	slices.Sort(in)
	return slices.Compact(in)
}
