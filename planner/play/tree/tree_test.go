package tree_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner/play"
	"github.com/k8splan/k8splan/planner/play/tree"
	"github.com/k8splan/k8splan/topologies"
)

// The archive has the files that the page lists, scripts are executable, and the same design gives the same bytes.
func TestArchive(t *testing.T) {
	src, err := topologies.Starter(topologies.MultiEtcdMultiMaster, "bare-metal")
	if err != nil {
		t.Fatal(err)
	}
	requests := tree.Requests(play.Options{Release: "v0.0.0", Today: func() time.Time { return time.Time{} }})
	params, err := json.Marshal(play.Text{Text: string(src)})
	if err != nil {
		t.Fatal(err)
	}
	listed, err := requests["k8splan/tree"](params)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := requests["k8splan/archive"](params)
	if err != nil {
		t.Fatal(err)
	}
	again, err := requests["k8splan/archive"](params)
	if err != nil || !bytes.Equal(packed.(tree.Archive).Data, again.(tree.Archive).Data) {
		t.Errorf("two archives of a design differ (%v)", err)
	}
	want := map[string]string{}
	for _, f := range listed.(tree.Tree).Files {
		want["prod/"+f.Path] = f.Text
	}
	if len(want) < 100 {
		t.Fatalf("%d files", len(want))
	}
	zip, err := gzip.NewReader(bytes.NewReader(packed.(tree.Archive).Data))
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	for r := tar.NewReader(zip); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil || want[h.Name] != string(data) {
			t.Errorf("%s is another file than the page shows (%v)", h.Name, err)
		}
		if strings.HasSuffix(h.Name, ".sh") && h.Mode&0o100 != 0 {
			scripts++
		}
		delete(want, h.Name)
	}
	if len(want) > 0 || scripts == 0 {
		t.Errorf("the archive lacks %d files; %d scripts can be run", len(want), scripts)
	}
	if _, err := requests["k8splan/tree"](json.RawMessage(`{"text": "clustr {}"}`)); err == nil {
		t.Error("a design with errors has a tree")
	}
}
