// Command probe is the program of the pods that try a cluster out: an image
// of its own is small, and has no shell to do these things with.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const usage = `usage: probe COMMAND
  serve PORT             answer each TCP connection with the host name
  idle                   do nothing until told to end
  dial HOST PORT         connect, and print what the server says in 2 seconds
  resolve NAME           print the addresses of a name
  write FILE TEXT        write a file and sync it
  read FILE              print a file
  fill FILE              write zeros until the file system is full
  remove FILE            remove a file
  size DIRECTORY         print the size of a file system in MiB
`

const dialTimeout = 2 * time.Second

var commands = map[string]struct {
	arguments int
	run       func(arguments []string) error
}{
	"serve":   {1, func(a []string) error { return serve(a[0]) }},
	"idle":    {0, func([]string) error { return idle() }},
	"dial":    {2, func(a []string) error { return dial(net.JoinHostPort(a[0], a[1])) }},
	"resolve": {1, func(a []string) error { return resolve(a[0]) }},
	"write":   {2, func(a []string) error { return write(a[0], a[1]) }},
	"read":    {1, func(a []string) error { return read(a[0]) }},
	"fill":    {1, func(a []string) error { return fill(a[0]) }},
	"remove":  {1, func(a []string) error { return os.Remove(a[0]) }},
	"size":    {1, func(a []string) error { return size(a[0]) }},
}

func main() {
	if len(os.Args) > 1 {
		if c, known := commands[os.Args[1]]; known && len(os.Args) == 2+c.arguments {
			if err := c.run(os.Args[2:]); err != nil {
				fmt.Fprintln(os.Stderr, "probe:", err)
				os.Exit(1)
			}
			return
		}
	}
	fmt.Fprint(os.Stderr, usage)
	os.Exit(2)
}

func idle() error {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	<-end
	return nil
}

func serve(port string) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return err
	}
	fmt.Println("serving on port", port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		fmt.Fprintln(connection, name)
		connection.Close()
	}
}

func dial(address string) error {
	connection, err := net.DialTimeout("tcp", address, dialTimeout)
	if err != nil {
		return err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(dialTimeout))
	_, err = io.Copy(os.Stdout, connection)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil // it is there, and waits for its client to speak first
	}
	return err
}

func resolve(name string) error {
	addresses, err := net.LookupHost(name)
	for _, address := range addresses {
		fmt.Println(address)
	}
	return err
}

func write(path, text string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		return err
	}
	return file.Sync()
}

func read(path string) error {
	text, err := os.ReadFile(path)
	fmt.Println(string(text))
	return err
}

func fill(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	for block := make([]byte, 1<<20); err == nil; {
		_, err = file.Write(block)
	}
	return err
}

func size(directory string) error {
	var s syscall.Statfs_t
	if err := syscall.Statfs(directory, &s); err != nil {
		return err
	}
	fmt.Println(int64(s.Blocks) * s.Bsize >> 20)
	return nil
}
