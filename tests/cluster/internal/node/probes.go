package node

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"crm-operator.dev/tests/cluster/internal/layout"
)

const probeTimeout = 2 * time.Second

// apiClient asks the API server as admin.
type apiClient struct {
	http   *http.Client
	server string
}

func newAPIClient(c *layout.Cluster) (*apiClient, error) {
	ca, err := os.ReadFile(c.Certificate("ca"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	pair, err := tls.LoadX509KeyPair(c.Certificate("admin"), c.Key("admin"))
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}}}
	return &apiClient{&http.Client{Timeout: probeTimeout, Transport: transport}, c.Server()}, nil
}

// get decodes the object at the path.
func (a *apiClient) get(path string, object any) error {
	response, err := a.http.Get(a.server + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", path, response.Status, body)
	}
	if object == nil {
		return nil
	}
	return json.Unmarshal(body, object)
}

// answers probes a path of the API server.
func (a *apiClient) answers(path string) func() error {
	return func() error { return a.get(path, nil) }
}

// conditions is the part of an object that says how it is.
type conditions struct {
	Status struct {
		Conditions []struct{ Type, Status string }
	}
}

// hasCondition probes an object for a condition that is true.
func (a *apiClient) hasCondition(path, condition string) func() error {
	return func() error {
		var object conditions
		if err := a.get(path, &object); err != nil {
			return err
		}
		for _, c := range object.Status.Conditions {
			if c.Type == condition && c.Status == "True" {
				return nil
			}
		}
		return fmt.Errorf("%s is not %s", path, condition)
	}
}

// untrusting is for health endpoints with a certificate that the component
// made for itself; nothing is told to them and nothing believed but "ok".
var untrusting = &http.Client{
	Timeout:   probeTimeout,
	Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
}

// healthy probes a component's health endpoint.
func healthy(url string) func() error {
	return func() error {
		response, err := untrusting.Get(url)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, response.Status)
		}
		return nil
	}
}

// accepts probes a Unix socket.
func accepts(socket string) func() error {
	return func() error {
		connection, err := net.DialTimeout("unix", socket, probeTimeout)
		if err != nil {
			return err
		}
		return connection.Close()
	}
}

// until makes a task of a probe.
func until(probe func() error) func() error {
	return func() error {
		for probe() != nil {
			time.Sleep(pollInterval)
		}
		return nil
	}
}
