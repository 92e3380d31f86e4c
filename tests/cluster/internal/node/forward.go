package node

import (
	"fmt"
	"io"
	"net"
	"os"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// forward leads clients on the machine's loopback to the API server. A socket
// stays in the network namespace that it was made in: the listener was made
// outside and handed over, connections are dialed inside.
func forward(c *layout.Cluster) error {
	inherited := os.NewFile(supervisorDescriptor, "listener")
	listener, err := net.FileListener(inherited)
	inherited.Close() // the listener has a copy that no component inherits
	if err != nil {
		return fmt.Errorf("the listener handed over: %w", err)
	}
	target := fmt.Sprintf("127.0.0.1:%d", c.Port)
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		go connect(client.(*net.TCPConn), target)
	}
}

func connect(client *net.TCPConn, target string) {
	defer client.Close()
	connection, err := net.Dial("tcp", target)
	if err != nil {
		return // the client sees the close; the API server is starting or down
	}
	server := connection.(*net.TCPConn)
	defer server.Close()
	go func() {
		io.Copy(server, client)
		server.CloseWrite()
	}()
	io.Copy(client, server)
}
