package pki

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"strings"
	"testing"

	"crm-operator.dev/tests/cluster/internal/layout"
)

func written(t *testing.T) *layout.Cluster {
	t.Helper()
	c := &layout.Cluster{Name: "test", Port: 7001, Root: t.TempDir()}
	for _, directory := range []string{"pki", "config"} {
		if err := os.MkdirAll(c.Path(directory), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(c); err != nil {
		t.Fatal(err)
	}
	return c
}

func certificate(t *testing.T, path string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestCertificatesVerify(t *testing.T) {
	c := written(t)
	for file, authority := range map[string]string{
		"apiserver": "ca", "apiserver-kubelet": "ca", "admin": "ca", "kubelet": "ca", "front-proxy": "front-proxy-ca"} {
		roots := x509.NewCertPool()
		roots.AddCert(certificate(t, c.Certificate(authority)))
		options := x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
		if _, err := certificate(t, c.Certificate(file)).Verify(options); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestAPIServerAnswersToItsNames(t *testing.T) {
	server := certificate(t, written(t).Certificate("apiserver"))
	for _, name := range []string{"127.0.0.1", "localhost", layout.NodeIP, layout.KubernetesIP, "kubernetes.default.svc"} {
		if err := server.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
}

func TestKubeletIsItsNode(t *testing.T) {
	kubelet := certificate(t, written(t).Certificate("kubelet"))
	if kubelet.Subject.CommonName != "system:node:test-node" || kubelet.Subject.Organization[0] != "system:nodes" {
		t.Errorf("got %v", kubelet.Subject)
	}
}

func TestFrontProxyIsNotTrustedByTheClusterAuthority(t *testing.T) {
	c := written(t)
	roots := x509.NewCertPool()
	roots.AddCert(certificate(t, c.Certificate("ca")))
	if _, err := certificate(t, c.Certificate("front-proxy")).Verify(x509.VerifyOptions{Roots: roots}); err == nil {
		t.Error("verified")
	}
}

func TestKubeconfigLeadsToThePort(t *testing.T) {
	c := written(t)
	text, err := os.ReadFile(c.Kubeconfig("admin"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "server: https://127.0.0.1:7001\n") {
		t.Errorf("got\n%s", text)
	}
}
