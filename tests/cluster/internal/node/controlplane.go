package node

import (
	"fmt"

	"crm-operator.dev/tests/cluster/internal/layout"
	"crm-operator.dev/tests/cluster/internal/pki"
)

const etcdURL = "http://127.0.0.1:2379"

// controlPlane is what a cluster has at the least.
func controlPlane(c *layout.Cluster, api *apiClient) []unit {
	return []unit{
		{name: "etcd", command: etcd(c), ready: healthy(etcdURL + "/health")},
		{name: "apiserver", command: apiServer(c), ready: api.answers("/readyz")},
		{name: "controller-manager", after: []string{"apiserver"}, command: controllerManager(c), ready: healthy("https://127.0.0.1:10257/healthz")},
		// Without it, pods are refused: the controllers have begun when it is there.
		{name: "service-account", after: []string{"controller-manager"}, task: until(api.answers("/api/v1/namespaces/default/serviceaccounts/default"))},
		{name: "snapshot-kinds", after: []string{"apiserver"}, task: applyCRDs(c)},
	}
}

func etcd(c *layout.Cluster) []string {
	return []string{c.Program("kube"), "etcd",
		"--data-dir=" + layout.EtcdData + "/data",
		"--unsafe-no-fsync", // the data lives in memory and ends with the cluster
		"--listen-client-urls=" + etcdURL, "--advertise-client-urls=" + etcdURL,
		"--listen-peer-urls=http://127.0.0.1:2380",
		"--log-level=warn",
	}
}

func apiServer(c *layout.Cluster) []string {
	return []string{c.Program("kube"), "apiserver",
		"--etcd-servers=" + etcdURL,
		fmt.Sprintf("--secure-port=%d", c.Port),
		"--advertise-address=" + layout.NodeIP,
		"--service-cluster-ip-range=" + layout.ServiceCIDR,
		"--tls-cert-file=" + c.Certificate("apiserver"),
		"--tls-private-key-file=" + c.Key("apiserver"),
		"--client-ca-file=" + c.Certificate("ca"),
		"--kubelet-client-certificate=" + c.Certificate("apiserver-kubelet"),
		"--kubelet-client-key=" + c.Key("apiserver-kubelet"),
		"--kubelet-certificate-authority=" + c.Certificate("ca"),
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + pki.ServiceAccountPublicKey(c),
		"--service-account-signing-key-file=" + c.Key("service-account"),
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true",
		"--requestheader-client-ca-file=" + c.Certificate("front-proxy-ca"),
		"--requestheader-allowed-names=" + pki.FrontProxyName,
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + c.Certificate("front-proxy"),
		"--proxy-client-key-file=" + c.Key("front-proxy"),
		"--enable-aggregator-routing=true", // metrics-server is reached by its endpoint
	}
}

// apiRate lets a node start quickly: with the default of 20 requests a second,
// the controllers alone would take 5 s. A control plane alone keeps the default,
// since what is measured on it shall hold for other clusters.
func apiRate(c *layout.Cluster) []string {
	if c.ControlPlaneOnly {
		return nil
	}
	return []string{"--kube-api-qps=500", "--kube-api-burst=1000"}
}

func controllerManager(c *layout.Cluster) []string {
	return append([]string{c.Program("kube"), "controller-manager",
		"--use-service-account-credentials",
		"--service-account-private-key-file=" + c.Key("service-account"),
		"--root-ca-file=" + c.Certificate("ca"),
		"--cluster-signing-cert-file=" + c.Certificate("ca"),
		"--cluster-signing-key-file=" + c.Key("ca"),
		"--client-ca-file=" + c.Certificate("ca"),
		"--requestheader-client-ca-file=" + c.Certificate("front-proxy-ca"),
		"--leader-elect=false",
		"--bind-address=127.0.0.1",
	}, append(apiRate(c), delegated(c.Kubeconfig("controller-manager"))...)...)
}

// delegated lets a component ask the API server who its own callers are.
func delegated(kubeconfig string) []string {
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
	}
}
