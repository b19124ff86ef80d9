package ansible

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// clusterProgram runs lines of Python behind the functions of cluster.py, and returns what they print.
func clusterProgram(t *testing.T, lines string) string {
	t.Helper()
	source, err := templates.Files.ReadFile("tree/ansible/roles/survey/files/cluster.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", "-")
	cmd.Stdin = strings.NewReader(strings.TrimSuffix(strings.TrimSpace(string(source)), "main()") + lines)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// A NoExecute taint comes, and gets another value, after a drain alone; every other one at once.
func TestTaintsThatEndPods(t *testing.T) {
	out := clusterProgram(t, `
live = [{"key": "a", "effect": "NoExecute", "value": "1"}, {"key": "theirs", "effect": "NoExecute"}]
planned = [{"key": "a", "effect": "NoExecute", "value": "2"}, {"key": "b", "effect": "NoExecute"}, {"key": "c", "effect": "NoSchedule"}]
for drained in (False, True):
    print(sorted("%s=%s:%s" % (t["key"], t.get("value", ""), t["effect"]) for t in tainted(live, planned, [["a", "NoExecute"]], drained)))
`)
	want := "['a=1:NoExecute', 'c=:NoSchedule', 'theirs=:NoExecute']\n" +
		"['a=2:NoExecute', 'b=:NoExecute', 'c=:NoSchedule', 'theirs=:NoExecute']\n"
	if out != want {
		t.Error(out)
	}
}

// kube-proxy reads its configuration once: a pod that is older than the last change of the ConfigMap's data has the settings from before.
func TestProxiesBehindTheirConfiguration(t *testing.T) {
	out := clusterProgram(t, `
def pod(node, time, **more):
    return {"metadata": dict({"creationTimestamp": time}, **more), "spec": {"nodeName": node} if node else {}}

written = {"metadata": {"managedFields": [
    {"time": "2026-12-01T10:00:00Z", "fieldsV1": {"f:data": {}}},
    {"time": "2026-12-01T11:00:00Z", "fieldsV1": {"f:data": {"f:config.conf": {}}}},
    {"time": "2026-12-01T12:00:00Z", "fieldsV1": {"f:metadata": {"f:labels": {}}}}, {"fieldsV1": {"f:data": {}}}]}}
pods = {"items": [pod("w-2", "2026-12-01T10:59:59Z"), pod("w-1", "2026-12-01T09:00:00Z"), pod("w-3", "2026-12-01T11:00:00Z"),
                  pod("w-4", "2026-12-01T09:00:00Z", deletionTimestamp="2026-12-01T11:00:01Z"), pod(None, "2026-12-01T09:00:00Z")]}
print(behind(written, pods), behind(None, pods), behind({"metadata": {}}, pods), behind(written, None))
`)
	if want := "['w-1', 'w-2'] [] [] []\n"; out != want {
		t.Error(out)
	}
}

// An API server may restart while it is asked: the request is sent again, and what the lost one wrote is found. A refusal ends the run.
func TestAPIServersThatRestart(t *testing.T) {
	out := clusterProgram(t, `
class Scripted(Api):
    def __init__(self, *answers):
        self.servers, self.server, self.answers, self.asked = ["https://a"], "https://a", list(answers), []

    def once(self, server, method, path, body=None, kind=""):
        if path == "/version":
            return 200, {}
        self.asked.append(method)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

time.sleep = lambda seconds: None
held = {"metadata": {"resourceVersion": "7", "annotations": {"k8splan/process": "p"}},
        "spec": {"holderIdentity": "me", "renewTime": moment().strftime(MOMENT)}}
theirs = dict(held, spec=dict(held["spec"], holderIdentity="other"))
lost = ConnectionResetError("reset")
changed = (500, {"message": "etcdserver: leader changed"})
for answers in (lost, changed, (503, None), (200, {"a": 1})), ((404, None),), ((403, {"message": "no"}),):
    api = Scripted(*answers)
    try:
        print(api.get("/x"), len(api.asked))
    except SystemExit as e:
        print(e, len(api.asked))
for answers in ((404, None), lost, (409, {}), (200, held), (200, {})), ((404, None), lost, (409, {}), (200, theirs)):
    api = Scripted(*answers)
    print((hold(api, "me", "p", "") or {}).get("holder"), api.asked)
`)
	want := "{'a': 1} 4\nNone 1\nGET /x: no 1\nNone ['GET', 'POST', 'POST', 'GET', 'PUT']\nother ['GET', 'POST', 'POST', 'GET']\n"
	if out != want {
		t.Error(out)
	}
}
