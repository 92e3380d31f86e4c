// Package image writes container images of one static program as OCI archives,
// so that the cluster's own images need neither a registry nor an image builder.
package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"runtime"
	"time"
)

// Image is a file system of one program, and how to run it.
type Image struct {
	Name    string // with its tag: "cluster.test/pause:1"
	Program string // path of the program on this machine
	Path    string // of the program in the image
	User    string // "UID:GID"
}

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
}

type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

const mediaType = "application/vnd.oci.image."

// archive gathers the files of an OCI image layout.
type archive struct {
	buffer bytes.Buffer
	tar    *tar.Writer
}

// Write makes the archive. The same program gives the same bytes.
func Write(image Image, path string) error {
	layer, err := image.layer()
	if err != nil {
		return err
	}
	a := &archive{}
	a.tar = tar.NewWriter(&a.buffer)
	if err := a.file("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)); err != nil {
		return err
	}
	layerBlob, err := a.blob(mediaType+"layer.v1.tar", layer)
	if err != nil {
		return err
	}
	configBlob, err := a.json(mediaType+"config.v1+json", image.config(layerBlob.Digest))
	if err != nil {
		return err
	}
	manifestBlob, err := a.json(mediaType+"manifest.v1+json", manifest{2, mediaType + "manifest.v1+json", configBlob, []descriptor{layerBlob}})
	if err != nil {
		return err
	}
	manifestBlob.Annotations = map[string]string{"org.opencontainers.image.ref.name": image.Name}
	text, err := json.Marshal(index{2, mediaType + "index.v1+json", []descriptor{manifestBlob}})
	if err != nil {
		return err
	}
	if err := a.file("index.json", text); err != nil {
		return err
	}
	if err := a.tar.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", a.buffer.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (i Image) layer() ([]byte, error) {
	program, err := os.ReadFile(i.Program)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	// Programs expect a /tmp; nothing else is certain to be writable.
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "tmp/", Mode: 0o1777, ModTime: time.Unix(0, 0)}); err != nil {
		return nil, err
	}
	if err := addFile(w, i.Path[1:], 0o755, program); err != nil {
		return nil, err
	}
	return b.Bytes(), w.Close()
}

func (i Image) config(layerDigest string) map[string]any {
	return map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config":       map[string]any{"User": i.User, "Entrypoint": []string{i.Path}, "Env": []string{"PATH=/"}},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{layerDigest}},
	}
}

func (a *archive) json(mediaType string, v any) (descriptor, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return descriptor{}, err
	}
	return a.blob(mediaType, text)
}

func (a *archive) blob(mediaType string, content []byte) (descriptor, error) {
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	return descriptor{MediaType: mediaType, Digest: "sha256:" + digest, Size: len(content)}, a.file("blobs/sha256/"+digest, content)
}

func (a *archive) file(name string, content []byte) error {
	return addFile(a.tar, name, 0o644, content)
}

func addFile(w *tar.Writer, name string, mode int64, content []byte) error {
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(content)), ModTime: time.Unix(0, 0)}); err != nil {
		return err
	}
	_, err := w.Write(content)
	return err
}
