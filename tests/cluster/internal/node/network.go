package node

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"crm-operator.dev/tests/cluster/internal/layout"
)

// networkCommands give the node an address and a default route. Both ends of
// the veth pair are inside: a packet for anywhere else goes nowhere. (A dummy
// link would do, but not every kernel has that type.)
var networkCommands = []string{
	"ip link set lo up",
	"ip link add node0 type veth peer name node0-end",
	"ip link set node0-end up",
	"ip addr add " + layout.NodeIP + "/24 dev node0",
	"ip link set node0 up",
	"ip route add default dev node0",
}

// networkSysctls are per network namespace. Without the bridge's, services
// between pods of one node and network policies would miss packets.
var networkSysctls = map[string]string{
	"/proc/sys/net/ipv4/ip_forward":                "1",
	"/proc/sys/net/bridge/bridge-nf-call-iptables": "1",
}

const reservedPorts = "/proc/sys/net/ipv4/ip_local_reserved_ports"

func setUpNetwork(c *layout.Cluster) error {
	if err := syscall.Sethostname([]byte(c.Node())); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	commands := networkCommands
	if c.ControlPlaneOnly {
		// There is no node whose address could be given out: loopback will do,
		// but the API server wants an address that it can advertise.
		commands = []string{"ip link set lo up", "ip addr add " + layout.NodeIP + "/32 dev lo"}
	}
	for _, command := range commands {
		words := strings.Fields(command)
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", command, err, out)
		}
	}
	// The API server's port may be one that the kernel gives to clients, who come first while it starts.
	if err := os.WriteFile(reservedPorts, fmt.Append(nil, c.Port), 0o644); err != nil {
		return err
	}
	if c.ControlPlaneOnly {
		return nil
	}
	for path, value := range networkSysctls {
		if err := os.WriteFile(path, []byte(value), 0o644); err != nil {
			return err
		}
	}
	return nil
}
