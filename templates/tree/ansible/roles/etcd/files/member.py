"""Change the members of external etcd, from an existing member.

    member.py announce --pki DIR --name NAME --peer URL    adds a learner; prints {"added": …, "cluster": "the list for its first start"}
    member.py promote  …                                   makes the learner a voter, and waits until all members agree
    member.py withdraw …                                   removes a learner; prints "learner", or "voter" if it votes already and so stays
    member.py remove   …                                   removes a voter; a leader hands over first

Writes continue meanwhile: a learner does not count for the majority.
"""
import argparse
import http.client
import json
import os
import ssl
import sys
import time
import urllib.parse


class Etcd:
    def __init__(self, pki):
        self.trust = ssl.create_default_context(cafile=os.path.join(pki, "ca.crt"))
        self.trust.load_cert_chain(os.path.join(pki, "healthcheck-client.crt"), os.path.join(pki, "healthcheck-client.key"))
        self.own = "127.0.0.1" if self.reaches("127.0.0.1") else "::1"

    def reaches(self, host):
        try:
            return bool(self.ask("/v3/maintenance/status", host=host))
        except (OSError, ValueError, http.client.HTTPException):
            return False

    def ask(self, path, host=None, **question):
        to = http.client.HTTPSConnection(host or self.own, 2379, timeout=15, context=self.trust)
        try:
            to.request("POST", path, json.dumps(question))
            reply = to.getresponse()
            answer = json.loads(reply.read().decode("utf-8"))
        finally:
            to.close()
        if reply.status != 200:
            raise ValueError(answer.get("message", str(reply.status)))
        return answer

    def members(self):
        return self.ask("/v3/cluster/member/list", linearizable=True)["members"]

    def find(self, peer):
        found = [m for m in self.members() if peer in m.get("peerURLs", [])]
        return found[0] if found else None


def add(etcd, peer):
    """adds a learner, with retries: etcd refuses if members have been connected for less than five seconds, as after a restart."""
    until = time.monotonic() + 60
    while True:
        try:
            etcd.ask("/v3/cluster/member/add", peerURLs=[peer], isLearner=True)
            return
        except ValueError as e:
            if "unhealthy" not in str(e) or time.monotonic() > until:
                sys.exit(str(e))
        time.sleep(1)


def announce(etcd, name, peer):
    added = etcd.find(peer) is None
    if added:
        others = [m.get("name") or m["peerURLs"][0] for m in etcd.members() if m.get("isLearner")]
        if others:
            sys.exit("%s is still a learner: members join one at a time. Run this again when it is promoted" % ", ".join(others))
        add(etcd, peer)
    pairs = ["%s=%s" % (m.get("name") or name, url) for m in etcd.members() for url in m["peerURLs"]]
    print(json.dumps({"added": added, "cluster": ",".join(sorted(pairs))}))


def agree(etcd, members):
    """returns why the members are not one cluster. Asks each member separately."""
    seen = set()
    for m in members:
        try:
            status = etcd.ask("/v3/maintenance/status", host=urllib.parse.urlsplit(m["clientURLs"][0]).hostname)
        except (OSError, ValueError, KeyError, IndexError, http.client.HTTPException) as e:
            return "%s does not answer: %s" % (m.get("name") or m["peerURLs"][0], e)
        if status.get("isLearner"):
            return "%s is still a learner" % m.get("name")
        seen.add((status["header"]["cluster_id"], status.get("leader")))
    return "" if len(seen) == 1 else "they do not agree on a leader"


def promote(etcd, peer, wait):
    until, problem, started = time.monotonic() + wait, "it has not started", time.monotonic()
    while time.monotonic() < until:
        try:
            member = etcd.find(peer)
            if member is None:
                sys.exit("it is no longer a member")
            if member.get("isLearner"):
                # A learner that never appears is not waited for as long as one that copies gigabytes.
                if not member.get("clientURLs") and time.monotonic() - started > 60:
                    sys.exit("it has not started in 60 s")
                etcd.ask("/v3/cluster/member/promote", ID=member["ID"])
                continue
            problem = agree(etcd, etcd.members())
            if not problem:
                return
        except (OSError, ValueError, http.client.HTTPException) as e:
            problem = str(e)
        time.sleep(1)
    sys.exit("etcd is not one healthy cluster: " + problem)


def withdraw(etcd, peer):
    member = etcd.find(peer)
    if member is None:
        return
    if not member.get("isLearner"):
        print("voter")
        return
    etcd.ask("/v3/cluster/member/remove", ID=member["ID"])
    print("learner")


def remove(etcd, name, peer, wait):
    """removes a member by name and peer URL. Both come from the cluster's member list, not from the plan."""
    until, problem = time.monotonic() + wait, ""
    while time.monotonic() < until:
        try:
            members = etcd.members()
            gone = [m for m in members if peer in m.get("peerURLs", [])]
            if not gone:
                problem = agree(etcd, members)
                if not problem:
                    return
            elif gone[0].get("name", name) != name:
                sys.exit("the member at %s is %s, and not %s" % (peer, gone[0]["name"], name))
            else:
                problem = agree(etcd, [m for m in members if m not in gone])
                if not problem:
                    leave(etcd, gone[0], [m for m in members if m not in gone])
        except (OSError, ValueError, http.client.HTTPException) as e:
            problem = str(e)  # members connected for less than five seconds do not count: etcd waits, and so do we
        time.sleep(1)
    sys.exit("etcd is not one healthy cluster: " + problem)


def leave(etcd, gone, others):
    status = etcd.ask("/v3/maintenance/status")
    if status.get("leader") == gone["ID"]:
        host = urllib.parse.urlsplit(gone["clientURLs"][0]).hostname
        voter = [m for m in others if not m.get("isLearner")][0]
        etcd.ask("/v3/maintenance/transfer-leadership", host=host, targetID=voter["ID"])
    etcd.ask("/v3/cluster/member/remove", ID=gone["ID"])


def main():
    args = argparse.ArgumentParser()
    args.add_argument("work", choices=["announce", "promote", "withdraw", "remove"])
    args.add_argument("--pki", required=True)
    args.add_argument("--name", required=True)
    args.add_argument("--peer", required=True)
    args.add_argument("--wait", type=int, default=600)
    asked = args.parse_args()
    etcd = Etcd(asked.pki)
    if asked.work == "announce":
        announce(etcd, asked.name, asked.peer)
    elif asked.work == "promote":
        promote(etcd, asked.peer, asked.wait)
    elif asked.work == "remove":
        remove(etcd, asked.name, asked.peer, min(asked.wait, 120))
    else:
        withdraw(etcd, asked.peer)


main()
