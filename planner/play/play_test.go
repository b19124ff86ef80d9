package play_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner/play"
)

func options() play.Options {
	return play.Options{Release: "v0.0.0", Today: func() time.Time { return time.Time{} }}
}

// ask sends a request as the page does, and decodes the answer.
func ask(t *testing.T, method string, params, answer any) {
	t.Helper()
	data, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	out, err := play.Requests(options())[method](data)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	if data, err = json.Marshal(out); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, answer); err != nil {
		t.Fatal(err)
	}
}

// Every starter that the page offers exists and has a picture.
func TestStarters(t *testing.T) {
	var all play.Starters
	ask(t, "k8splan/starters", nil, &all)
	if len(all.Types) != 4 || len(all.Targets) < 20 {
		t.Fatalf("%d types and %d targets", len(all.Types), len(all.Targets))
	}
	for _, target := range all.Targets {
		if target.Title == "" || len(target.Types) == 0 {
			t.Errorf("%s has no title or no type", target.Name)
		}
		for _, of := range target.Types {
			var text play.Text
			ask(t, "k8splan/starter", map[string]any{"type": of, "target": target.Name}, &text)
			var picture play.Picture
			ask(t, "k8splan/picture", text, &picture)
			if picture.Stand == nil || !strings.Contains(picture.Stand.HTML, "<svg") || picture.Sentence == "" {
				t.Errorf("%s of %s has no picture", of, target.Name)
			}
		}
	}
	if _, err := play.Requests(options())["k8splan/starter"](json.RawMessage(`{"type": "all-in-one", "target": "nowhere"}`)); err == nil {
		t.Error("a starter of no target is given")
	}
}

// A design with errors has no picture, and cannot be compared with.
func TestPicture(t *testing.T) {
	var text play.Text
	ask(t, "k8splan/starter", map[string]any{"type": "multi-etcd-multi-master", "target": "bare-metal"}, &text)
	var broken, compared play.Picture
	ask(t, "k8splan/picture", play.Text{Text: "clustr {}"}, &broken)
	if broken.Stand != nil {
		t.Error("a design with errors has a picture")
	}
	ask(t, "k8splan/picture", play.Text{Text: text.Text, Old: "clustr {}"}, &compared)
	if compared.Stand == nil || compared.Stand.Model.Changes != nil {
		t.Error("a design is compared with one that has errors")
	}
	ask(t, "k8splan/picture", play.Text{Text: text.Text, Old: strings.Replace(text.Text, "count", "# count", 1)}, &compared)
	if compared.Stand == nil {
		t.Error("a comparison has no picture")
	}
}
