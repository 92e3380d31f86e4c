package node

import (
	"crm-operator.dev/tests/cluster/internal/layout"
)

// driverSocket is where the CSI driver listens: see storage.DriverName.
const driverSocket = layout.KubeletRoot + "/plugins/loop.csi.cluster.test/csi.sock"

// addons are processes of the node and not pods, except CoreDNS: no images to
// build and import, and ready sooner.
func addons(c *layout.Cluster, api *apiClient) []unit {
	admin := "--kubeconfig=" + c.Kubeconfig("admin")
	sidecar := func(name string, arguments ...string) []string {
		return append([]string{c.Program(name), "--csi-address=" + driverSocket, admin}, arguments...)
	}
	driver := []string{"apiserver", "storage"}
	snapshots := []string{"apiserver", "storage", "snapshot-kinds"}
	return []unit{
		{name: "manifests", after: []string{"snapshot-kinds"}, task: applyManifests(c)},
		{name: "dns", after: []string{"manifests", "node", "system-images"},
			task: until(api.hasCondition("/apis/apps/v1/namespaces/kube-system/deployments/coredns", "Available"))},
		{name: "netpolicy", after: []string{"apiserver"}, command: []string{c.Program("kube"), "netpolicy", c.Kubeconfig("admin")}},
		{name: "storage", command: []string{c.Program("kube"), "storage", c.Node(), c.Path("volumes"), layout.KubeletRoot}, ready: accepts(driverSocket)},
		{name: "csi-provisioner", after: driver, command: sidecar("csi-provisioner", "--extra-create-metadata")},
		{name: "csi-resizer", after: driver, command: sidecar("csi-resizer", "--handle-volume-inuse-error=false")},
		// Without their kinds, these two end.
		{name: "csi-snapshotter", after: snapshots, command: sidecar("csi-snapshotter")},
		{name: "snapshot-controller", after: snapshots, command: []string{c.Program("snapshot-controller"), admin}},
		{name: "metrics-server", after: []string{"apiserver"}, command: metricsServer(c), ready: healthy("https://127.0.0.1:4443/livez")},
	}
}

func metricsServer(c *layout.Cluster) []string {
	return append([]string{c.Program("kube"), "metrics-server",
		"--secure-port=4443",
		"--cert-dir=/run/metrics-server",
		"--kubelet-preferred-address-types=InternalIP",
		"--kubelet-certificate-authority=" + c.Certificate("ca"),
		// The resolution must be larger than the time-out, 10 s unless told.
		"--metric-resolution=10s",
		"--kubelet-request-timeout=5s",
	}, delegated(c.Kubeconfig("admin"))...)
}
