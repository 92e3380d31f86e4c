package pki

import (
	"encoding/base64"
	"fmt"
	"os"

	"crm-operator.dev/tests/cluster/internal/layout"
)

const kubeconfig = `apiVersion: v1
kind: Config
current-context: %[1]s
clusters:
- name: %[1]s
  cluster:
    server: %[2]s
    certificate-authority-data: %[3]s
users:
- name: %[4]s
  user:
    client-certificate-data: %[5]s
    client-key-data: %[6]s
contexts:
- name: %[1]s
  context:
    cluster: %[1]s
    user: %[4]s
`

func writeKubeconfigs(c *layout.Cluster) error {
	ca, err := encoded(c.Certificate("ca"))
	if err != nil {
		return err
	}
	for _, client := range Clients {
		certificate, err := encoded(c.Certificate(client))
		if err != nil {
			return err
		}
		key, err := encoded(c.Key(client))
		if err != nil {
			return err
		}
		text := fmt.Sprintf(kubeconfig, c.Name, c.Server(), ca, client, certificate, key)
		if err := os.WriteFile(c.Kubeconfig(client), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func encoded(path string) (string, error) {
	b, err := os.ReadFile(path)
	return base64.StdEncoding.EncodeToString(b), err
}
