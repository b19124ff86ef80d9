package ansible

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Etcd moves member by member, once. An interrupted move is distinguished from a finished one.
func TestJudgeMoves(t *testing.T) {
	const local, cp = "https://127.0.0.1:2379", "cp-1"
	external := []string{"https://10.0.0.21:2379", "https://10.0.0.22:2379", "https://10.0.0.23:2379"}
	stackedMember := object{"id": "31", "name": cp, "peers": []string{"https://10.0.0.31:2380"},
		"clients": []string{"https://10.0.0.31:2379"},
		"learner": false}
	member := func(id, version string, list ...object) object {
		return object{"cluster": "c1", "id": id, "quorum": true, "alarms": []string{}, "version": version, "members": list}
	}
	// a control plane with its member, and still empty hosts of external etcd
	stacked := func(o object) {
		o["moves"] = true
		o.at("plan")["etcd_version"] = "3.7.3"
		o.at("hosts", cp, "kubernetes")["etcd_servers"] = []string{local}
		o.at("hosts", cp)["etcd"] = object{"data_dir": "/var/lib/etcd", "data": true, "beginning": false, "entering": false,
			"member": member("31", "3.7.0", stackedMember)}
		for n := 1; n <= 3; n++ {
			o.at("hosts")[fmt.Sprint("etcd-", n)] = emptyHost()
		}
		o.at("cluster", "cluster_configuration")["etcd"] = object{"local": object{"dataDir": "/var/lib/etcd"}}
	}
	grown := func(o object) { // all members have joined, and the API server uses them
		stacked(o)
		all := []object{stackedMember, etcdMember(1), etcdMember(2), etcdMember(3)}
		for n := 1; n <= 3; n++ {
			host := etcdHost(n, "c1")
			host.at("etcd")["member"] = member(fmt.Sprint(n), "3.7.3", all...)
			o.at("hosts")[fmt.Sprint("etcd-", n)] = host
		}
		o.at("hosts", cp, "etcd")["member"] = member("31", "3.7.0", all...)
		o.at("hosts", cp, "kubernetes")["etcd_servers"] = external
		o.at("cluster", "cluster_configuration")["etcd"] = object{"external": object{"endpoints": external}}
	}
	back := func(o object) { // external members leave, and the topology has one on the control plane
		o["moves"] = true
		o.at("plan")["placement"], o.at("plan")["etcd_version"] = "stacked", ""
		o.at("plan")["members"] = []object{{"name": cp, "peerURL": "https://10.0.0.31:2380", "clientURL": "https://10.0.0.31:2379"}}
		o.at("plan")["leaving"] = object{"etcd-1": "10.0.0.21", "etcd-2": "10.0.0.22", "etcd-3": "10.0.0.23"}
		o.at("plan", "cluster_configuration")["etcd"] = object{"local": object{"dataDir": "/var/lib/etcd"}}
		o.at("hosts", cp)["services"] = object{"etcd": object{"running": false}}
	}
	for name, c := range map[string]struct {
		edit            func(object)
		moves           string
		joining, leaves []string
		says            string
	}{
		"to hosts of its own":   {stacked, cp, []string{"etcd-1", "etcd-2", "etcd-3"}, []string{cp}, ""},
		"the old ones are left": {grown, cp, nil, []string{cp}, ""},
		"finished": {func(o object) {
			grown(o)
			o.at("hosts")["cp-1"].(object)["etcd"] = emptyHost()["etcd"]
			for n := 1; n <= 3; n++ {
				o.at("hosts")[fmt.Sprint("etcd-", n)] = etcdHost(n, "c1", 1, 2, 3)
			}
		}, "", nil, nil, ""},
		"not by site.yml": {func(o object) {
			stacked(o)
			o["moves"] = false
		}, "", nil, nil, "move-etcd.yml moves it"},
		"site.yml after an interruption": {func(o object) {
			grown(o)
			o["moves"] = false
		}, "", nil, nil, "The move of etcd away from cp-1 is not finished"},
		"another minor": {func(o object) {
			stacked(o)
			o.at("plan")["etcd_version"] = "3.8.0"
		}, "", nil, nil, "etcd runs 3.7.0, and the new members would run 3.8.0"},
		"a member that is away": {func(o object) {
			stacked(o)
			o.at("hosts", cp, "etcd")["member"] = nil
		}, "", nil, nil, "None of the etcd members that hold the data answers"},
		"to the control planes": {back, "etcd-1", []string{cp}, []string{"etcd-1", "etcd-2", "etcd-3"}, ""},
		"to a control plane that has one": {func(o object) {
			back(o)
			o.at("hosts", cp, "services", "etcd")["running"] = true
		}, "", nil, nil, "would run two etcd members at the same ports"},
	} {
		given := world()
		c.edit(given)
		v := judge(t, given)
		said := strings.Join(v.Problems, "\n")
		if said != c.says && (c.says == "" || !strings.Contains(said, c.says)) {
			t.Errorf("%s: %q should say %q", name, said, c.says)
		}
		if c.says == "" && (v.Moves != c.moves || !slices.Equal(v.Etcd.Joining, c.joining) || !slices.Equal(v.Leaves, c.leaves)) {
			t.Errorf("%s: %q, joining %v, leaving %v", name, v.Moves, v.Etcd.Joining, v.Leaves)
		}
	}
}
