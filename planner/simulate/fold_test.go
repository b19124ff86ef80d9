package simulate

import (
	"slices"
	"testing"
)

func TestFoldPoints(t *testing.T) {
	const reason, remedy = "they share no address", "a virtual IP"
	api := []Capability{API}
	got := FoldPoints([]Point{
		{Unit: "node/lb-1", Takes: api, Chance: true, Reason: reason, Remedy: remedy},
		{Unit: "node/lb-2", Takes: api, Chance: true, Reason: reason, Remedy: remedy},
		{Unit: "node/lb-3", Takes: api, Chance: true, Reason: reason, Remedy: remedy},
		{Unit: "node/etcd-1", Takes: []Capability{EtcdWrites, API}, Reason: "it is the only member", Remedy: "three members"},
		{Unit: "balancer/lb-1", Takes: api, Chance: true, Reason: reason, Remedy: remedy},
		{Unit: "zone/a", Takes: api, Chance: true, Reason: reason, Remedy: "another zone"},
	})
	want := []PointLine{
		{"any of node/lb-1 … lb-3, balancer/lb-1 may stop api: they share no address", "a virtual IP"},
		{"node/etcd-1 stops etcd-writes, api: it is the only member", "three members"},
		{"zone/a may stop api: they share no address", "another zone"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
