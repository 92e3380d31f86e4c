package storage

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// registrar tells the kubelet where the driver is: the part that the
// node-driver-registrar sidecar plays for a driver that runs as a pod.
type registrar struct {
	registration.UnimplementedRegistrationServer
	socket string
}

func (r registrar) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{
		Type: registration.CSIPlugin, Name: DriverName, Endpoint: r.socket, SupportedVersions: []string{"1.0.0"}}, nil
}

// NotifyRegistrationStatus ends the process on a refusal: the supervisor
// starts it again, and the kubelet then asks again.
func (r registrar) NotifyRegistrationStatus(_ context.Context, s *registration.RegistrationStatus) (*registration.RegistrationStatusResponse, error) {
	if !s.PluginRegistered {
		log.Fatalln("the kubelet refused the driver:", s.Error)
	}
	return &registration.RegistrationStatusResponse{}, nil
}

// Serve runs the driver until it fails. directory holds the volumes,
// kubeletRoot is the kubelet's --root-dir.
func Serve(node, directory, kubeletRoot string) error {
	d := &driver{node: node, directory: directory}
	socket := filepath.Join(kubeletRoot, "plugins", DriverName, "csi.sock")
	failed := make(chan error)
	go func() {
		failed <- listen(socket, func(s *grpc.Server) {
			csi.RegisterIdentityServer(s, d)
			csi.RegisterControllerServer(s, d)
			csi.RegisterNodeServer(s, d)
		})
	}()
	go func() {
		failed <- listen(filepath.Join(kubeletRoot, "plugins_registry", DriverName+"-reg.sock"), func(s *grpc.Server) {
			registration.RegisterRegistrationServer(s, registrar{socket: socket})
		})
	}()
	return <-failed
}

func listen(socket string, register func(*grpc.Server)) error {
	if err := os.MkdirAll(filepath.Dir(socket), 0o750); err != nil {
		return err
	}
	if err := removeIfPresent(socket); err != nil {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(logFailure))
	register(server)
	return fmt.Errorf("%s: %w", socket, server.Serve(listener))
}

func logFailure(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	response, err := handle(ctx, request)
	if err != nil {
		log.Println(info.FullMethod, err)
	}
	return response, err
}
