package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// files writes an image of a made-up program and reads the archive back.
func files(t *testing.T) (string, map[string][]byte) {
	t.Helper()
	directory := t.TempDir()
	program := filepath.Join(directory, "program")
	if err := os.WriteFile(program, []byte("a program"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(directory, "image.tar")
	if err := Write(Image{Name: "cluster.test/program:1", Program: program, Path: "/program", User: "1:1"}, path); err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(archive), untar(t, archive)
}

func untar(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	contents := map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := r.Next()
		if err == io.EOF {
			return contents
		}
		if err != nil {
			t.Fatal(err)
		}
		if contents[header.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

func decode(t *testing.T, text []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

// blob returns what a descriptor stands for, if it is what the digest says.
func blob(t *testing.T, contents map[string][]byte, d descriptor) []byte {
	t.Helper()
	content := contents["blobs/sha256/"+d.Digest[len("sha256:"):]]
	sum := sha256.Sum256(content)
	if d.Digest != "sha256:"+hex.EncodeToString(sum[:]) || d.Size != len(content) {
		t.Fatalf("%v does not describe its %d bytes", d, len(content))
	}
	return content
}

func TestArchiveLeadsFromTheNameToTheProgram(t *testing.T) {
	_, contents := files(t)
	var i index
	decode(t, contents["index.json"], &i)
	if name := i.Manifests[0].Annotations["org.opencontainers.image.ref.name"]; name != "cluster.test/program:1" {
		t.Errorf("name %q", name)
	}
	var m manifest
	decode(t, blob(t, contents, i.Manifests[0]), &m)
	layer := untar(t, blob(t, contents, m.Layers[0]))
	if string(layer["program"]) != "a program" {
		t.Errorf("layer has %v", layer)
	}
	var config struct {
		Config struct{ Entrypoint []string }
		Rootfs struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	decode(t, blob(t, contents, m.Config), &config)
	if config.Config.Entrypoint[0] != "/program" || config.Rootfs.DiffIDs[0] != m.Layers[0].Digest {
		t.Errorf("config %+v", config)
	}
}

func TestSameProgramGivesSameArchive(t *testing.T) {
	one, _ := files(t)
	two, _ := files(t)
	if one != two {
		t.Error("the archives differ")
	}
}
