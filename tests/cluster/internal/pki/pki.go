// Package pki makes a cluster's certificates and the kubeconfigs that carry them.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"time"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// lifetime is longer than any test cluster lives.
const lifetime = 365 * 24 * time.Hour

// authority signs certificates. The front proxy's is its own, so that nobody
// with an ordinary certificate can pose as the API aggregator.
type authority struct {
	name        string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// leaf is one certificate, for clients and servers alike.
type leaf struct {
	file         string
	commonName   string
	organization string
	names        []string // DNS names and addresses that it serves
}

// leaves are signed by the cluster's authority.
func leaves(c *layout.Cluster) []leaf {
	return []leaf{
		{file: "apiserver", commonName: "kube-apiserver", names: []string{
			"localhost", "127.0.0.1", layout.NodeIP, layout.KubernetesIP,
			"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"}},
		{file: "kubelet", commonName: "system:node:" + c.Node(), organization: "system:nodes", names: []string{c.Node(), layout.NodeIP}},
		{file: "apiserver-kubelet", commonName: "apiserver-kubelet", organization: "system:masters"},
		{file: "controller-manager", commonName: "system:kube-controller-manager"},
		{file: "scheduler", commonName: "system:kube-scheduler"},
		{file: "proxy", commonName: "system:kube-proxy"},
		{file: "admin", commonName: "admin", organization: "system:masters"},
	}
}

// Clients have a kubeconfig.
var Clients = []string{"admin", "controller-manager", "kubelet", "proxy", "scheduler"}

// FrontProxyName is the only name that the API server believes about its users.
const FrontProxyName = "front-proxy"

// Write makes every key, certificate and kubeconfig of the cluster.
func Write(c *layout.Cluster) error {
	ca, err := newAuthority(c, "ca")
	if err != nil {
		return err
	}
	for _, l := range leaves(c) {
		if err := ca.sign(c, l); err != nil {
			return err
		}
	}
	frontProxy, err := newAuthority(c, "front-proxy-ca")
	if err != nil {
		return err
	}
	if err := frontProxy.sign(c, leaf{file: "front-proxy", commonName: FrontProxyName}); err != nil {
		return err
	}
	if err := writeServiceAccountKeys(c); err != nil {
		return err
	}
	return writeKubeconfigs(c)
}

func newAuthority(c *layout.Cluster, name string) (*authority, error) {
	template := newTemplate(name, "")
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	a := &authority{name: name, certificate: template, key: key}
	a.certificate, err = a.issue(c, name, template, key)
	return a, err
}

func (a *authority) sign(c *layout.Cluster, l leaf) error {
	template := newTemplate(l.commonName, l.organization)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	for _, name := range l.names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	key, err := newKey()
	if err != nil {
		return err
	}
	_, err = a.issue(c, l.file, template, key)
	return err
}

// issue signs a certificate and writes it with its key.
func (a *authority) issue(c *layout.Cluster, file string, template *x509.Certificate, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	if err := writePEM(c.Certificate(file), "CERTIFICATE", der); err != nil {
		return nil, err
	}
	if err := writeKey(c.Key(file), key); err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func newTemplate(commonName, organization string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // crypto/rand never fails
	subject := pkix.Name{CommonName: commonName}
	if organization != "" {
		subject.Organization = []string{organization}
	}
	now := time.Now()
	return &x509.Certificate{SerialNumber: serial, Subject: subject, NotBefore: now.Add(-time.Minute), NotAfter: now.Add(lifetime)}
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "EC PRIVATE KEY", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// ServiceAccountPublicKey is the path of the key that checks service account
// tokens; Key("service-account") signs them.
func ServiceAccountPublicKey(c *layout.Cluster) string { return c.Path("pki", "service-account.pub") }

func writeServiceAccountKeys(c *layout.Cluster) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	if err := writePEM(ServiceAccountPublicKey(c), "PUBLIC KEY", public); err != nil {
		return err
	}
	return writeKey(c.Key("service-account"), key)
}
