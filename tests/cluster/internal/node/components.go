package node

import (
	"crm-operator.dev/tests/cluster/internal/config"
	"crm-operator.dev/tests/cluster/internal/layout"
)

// nodeComponents make pods run.
func nodeComponents(c *layout.Cluster, api *apiClient) []unit {
	return []unit{
		{name: "scheduler", after: []string{"apiserver"}, command: scheduler(c), ready: healthy("https://127.0.0.1:10259/healthz")},
		{name: "containerd", command: []string{"containerd", "--config", config.Path(c, "containerd.toml")}, ready: accepts(layout.ContainerdSocket)},
		{name: "system-images", after: []string{"containerd"}, task: importSystemImages(c)},
		{name: "kubelet", after: []string{"apiserver", "system-images"}, command: kubelet(c), ready: healthy("http://127.0.0.1:10248/healthz")},
		{name: "proxy", after: []string{"apiserver"}, command: []string{c.Program("kube"), "proxy", "--config=" + config.Path(c, "proxy.yaml")},
			ready: healthy("http://127.0.0.1:10249/healthz")},
		{name: "node", after: []string{"kubelet"}, task: until(api.hasCondition("/api/v1/nodes/"+c.Node(), "Ready"))},
		{name: "images", after: []string{"system-images"}, task: importImages(c)},
	}
}

func scheduler(c *layout.Cluster) []string {
	return append([]string{c.Program("kube"), "scheduler",
		"--leader-elect=false",
		"--bind-address=127.0.0.1",
	}, delegated(c.Kubeconfig("scheduler"))...)
}

func kubelet(c *layout.Cluster) []string {
	return []string{c.Program("kube"), "kubelet",
		"--config=" + config.Path(c, "kubelet.yaml"),
		"--kubeconfig=" + c.Kubeconfig("kubelet"),
		"--root-dir=" + layout.KubeletRoot,
		"--cert-dir=" + c.Path("kubelet", "pki"),
		"--hostname-override=" + c.Node(),
		"--node-ip=" + layout.NodeIP,
	}
}
