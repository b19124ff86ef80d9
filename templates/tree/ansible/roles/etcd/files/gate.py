"""Wait until etcd is one healthy cluster of exactly the expected members; if it is not, print what is wrong.

    gate.py --pki /etc/etcd/pki --wait 60 --members NAME=URL,… [--without URL]

--members lists the peer URLs of all voters; they are asked on their client port, 2379. --without skips the member that is being changed.
Every member is asked, because two separate clusters can both report that they are healthy. Healthy means: one cluster ID, one leader, the
same member list everywhere, no learner, no alarm, and an answer that a majority confirms.
"""
import argparse
import http.client
import json
import os
import ssl
import sys
import time
import urllib.parse


def asker(pki):
    trust = ssl.create_default_context(cafile=os.path.join(pki, "ca.crt"))
    trust.load_cert_chain(os.path.join(pki, "healthcheck-client.crt"), os.path.join(pki, "healthcheck-client.key"))

    def ask(peer, path, **question):
        to = http.client.HTTPSConnection(urllib.parse.urlsplit(peer).hostname, 2379, timeout=5, context=trust)
        try:
            to.request("POST", path, json.dumps(question))
            reply = to.getresponse()
            answer = json.loads(reply.read().decode("utf-8"))
        finally:
            to.close()
        if reply.status != 200:
            raise ValueError(answer.get("message", reply.status) if isinstance(answer, dict) else reply.status)
        return answer
    return ask


def trouble(ask, members, without):
    """returns what is wrong, "" if all is well."""
    clusters, leaders, known = {}, {}, {url: name for name, url in members.items()}
    for name, peer in sorted(members.items()):
        if peer == without:
            continue
        try:
            status = ask(peer, "/v3/maintenance/status")
            listed = ask(peer, "/v3/cluster/member/list", linearizable=True)["members"]
        except (OSError, ValueError, KeyError, http.client.HTTPException) as e:
            return "%s does not answer for a majority: %s" % (name, e)
        clusters.setdefault(status["header"]["cluster_id"], []).append(name)
        leaders.setdefault(status.get("leader", "0"), []).append(name)
        if status.get("errors"):
            return "%s has an alarm: %s" % (name, ", ".join(status["errors"]))
        found = {url for m in listed for url in m.get("peerURLs", [])}
        if found != set(known):
            extra, missing = found - set(known), set(known) - found
            return "%s knows other members than the planned ones: %s" % (
                name, "; ".join(text % ", ".join(sorted(some)) for text, some in (("also %s", extra), ("not %s", missing)) if some))
        learners = [m.get("name") or m["peerURLs"][0] for m in listed if m.get("isLearner")]
        if learners:
            return "%s only learns yet" % ", ".join(learners)
    if len(clusters) > 1:
        return "these are %d clusters: %s" % (len(clusters), "; ".join(", ".join(some) for some in clusters.values()))
    if len(leaders) > 1 or "0" in leaders:
        return "they do not agree on a leader"
    return ""


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--pki", required=True)
    args.add_argument("--members", required=True)
    args.add_argument("--without", default="")
    args.add_argument("--wait", type=int, default=60)
    asked = args.parse_args()
    members = dict(item.split("=", 1) for item in asked.members.split(","))
    until = time.monotonic() + asked.wait
    while True:
        try:
            problem = trouble(asker(asked.pki), members, asked.without)
        except OSError as e:
            sys.exit("%s: %s" % (asked.pki, e))
        if not problem:
            return
        if time.monotonic() > until:
            sys.exit("etcd is not one healthy cluster: " + problem)
        time.sleep(1)


main()
