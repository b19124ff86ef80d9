"""Change a host's firewall, and revert the change unless a new connection to the host succeeds.

    firewall.py apply QUESTION    QUESTION is JSON, {"program": "nftables", "files": {name: text}, "stamp": text, "joins": false}
    firewall.py keep              makes the change permanent: Ansible has connected again
    firewall.py undo              what a timer runs unless keep ran first
    firewall.py state             prints, as JSON, which program has the rules, and whether they are unchanged
    firewall.py remove            removes the playbook's rules, and nothing else

The playbook's rules are the nftables table inet k8splan, the firewalld zones and policies named k8splan-…, and the part between two marks
in ufw's files. With joins, ports that were open stay open: a setting of the cluster moves from one port to another.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys

HOME = "/var/lib/k8splan"
STATE = HOME + "/firewall.json"
BEFORE = HOME + "/firewall.before"
PROGRAM = HOME + "/firewall.py"
UNIT = "k8splan-firewall"
PATIENCE = 120  # seconds until a change is reverted
BEGIN, END = "# k8splan: begin\n", "# k8splan: end\n"
NFT = "/etc/k8splan/firewall.nft"
SERVICE = "/etc/systemd/system/k8splan-firewall.service"
PATHS = {
    "k8splan.nft": NFT,
    "k8splan-host.xml": "/etc/firewalld/policies/k8splan-host.xml",
    "k8splan-to-pods.xml": "/etc/firewalld/policies/k8splan-to-pods.xml",
    "k8splan-of-pods.xml": "/etc/firewalld/policies/k8splan-of-pods.xml",
    "k8splan-pods.xml": "/etc/firewalld/zones/k8splan-pods.xml",
    "before.rules": "/etc/ufw/before.rules",
    "before6.rules": "/etc/ufw/before6.rules",
}
# nftables.service may load other programs' rules, and flushes all tables first.
SERVICE_TEXT = """# Written by k8splan.
[Unit]
Description=What this host of a Kubernetes cluster lets in
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=nftables.service
PartOf=nftables.service
Conflicts=shutdown.target
DefaultDependencies=no

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=%(nft)s -f %(file)s
ExecReload=%(nft)s -f %(file)s
ExecStop=-%(nft)s delete table inet k8splan

[Install]
WantedBy=sysinit.target
"""


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def write(path, text, mode=0o600):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".k8splan", "w", encoding="utf-8") as f:
        os.chmod(path + ".k8splan", os.stat(path).st_mode & 0o7777 if os.path.exists(path) else mode)
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    os.replace(path + ".k8splan", path)


def remove(path):
    if os.path.lexists(path):
        os.remove(path)


def run(*argv, text=None, fatal=True):
    found = subprocess.run(argv, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)
    if found.returncode and fatal:
        raise RuntimeError("%s: %s" % (" ".join(argv), found.stdout.strip()))
    return found


def state():
    try:
        return json.loads(read(STATE))
    except ValueError:
        return {}


def nft():
    return shutil.which("nft", path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin") or "nft"


def listing():
    """returns a digest of the kernel's rules, "" if it has none."""
    found = run(nft(), "--stateless", "list", "table", "inet", "k8splan", fatal=False)
    return hashlib.sha256(found.stdout.encode()).hexdigest() if found.returncode == 0 else ""


def between_marks(text):
    return text.partition(BEGIN)[2].partition(END)[0] if BEGIN in text else ""


def without_marks(text):
    head, begun, rest = text.partition(BEGIN)
    return head + rest.partition(END)[2] if begun else text


def marked(text, ours):
    """returns ufw's file with the playbook's rules at the end of the table filter."""
    text = without_marks(text)
    start = text.find("*filter")
    at = text.find("\nCOMMIT", start) + 1 if start >= 0 else 0
    if at <= 0:
        raise RuntimeError("there is no table filter in ufw's rules")
    return text[:at] + BEGIN + ours + END + text[at:]


def joined(name, new, old):
    """returns the new rules, followed by previous rules that are not among them."""
    end = {"nft": "\t}\n}\n", "xml": "</policy>\n"}.get(name.rpartition(".")[2], "")
    if not old or not new.endswith(end) or name == "k8splan-pods.xml":
        return new
    rule = {"nft": lambda line: line.endswith(" accept\n"), "xml": lambda line: line.startswith("  <rule")}.get(
        name.rpartition(".")[2], lambda line: line.startswith("-A "))
    old = old[old.find("chain input"):] if name.endswith(".nft") else old
    lines = set(new.splitlines(True))
    kept = [line for line in old.splitlines(True) if rule(line) and line not in lines]
    return new[:len(new) - len(end)] + "".join(kept) + end


def now(name):
    """returns the playbook's part of a file, unchanged."""
    text = read(PATHS[name])
    return between_marks(text) if name.endswith(".rules") else text


def place(files):
    """writes the files of firewalld or ufw; a text of None deletes the file."""
    for name, text in files.items():
        path = PATHS[name]
        if name.endswith(".rules"):
            if os.path.exists(path):
                write(path, marked(read(path), text) if text else without_marks(read(path)), 0o640)
        elif text:
            write(path, text)
        else:
            remove(path)


def load(program, files):
    if program == "nftables":
        if files.get("k8splan.nft"):
            run(nft(), "-f", "-", text=files["k8splan.nft"])
        elif listing():
            run(nft(), "delete", "table", "inet", "k8splan")
        return
    place(files)
    if program == "firewalld":
        run("firewall-cmd", "--check-config")
        run("firewall-cmd", "--reload")
        if files.get("k8splan-host.xml") and "k8splan-host" not in run("firewall-cmd", "--get-policies").stdout.split():
            raise RuntimeError("this firewalld knows no policies: it is older than 0.9")
    else:
        run("ufw", "reload")


def timer(*verb):
    run("systemctl", *verb, UNIT + "-undo.timer", UNIT + "-undo.service", fatal=False)


def arm():
    timer("stop")
    timer("reset-failed")
    run("systemd-run", "--quiet", "--collect", "--unit=" + UNIT + "-undo", "--on-active=%d" % PATIENCE, "/usr/bin/python3", PROGRAM, "undo")


def apply(question):
    program, files = question["program"], question["files"]
    was = state()
    if was and was["program"] != program:
        remove_all()
        was = {}
    before = {name: now(name) for name in files}
    if program == "nftables" and not listing():
        before = {name: "" for name in files}
    for name in was.get("files", {}):  # of pods that ran on this host
        files.setdefault(name, None)
        before.setdefault(name, now(name))
    if question["joins"]:
        files = {name: joined(name, text, before[name]) if text else text for name, text in files.items()}
    if program == "nftables":
        run(nft(), "--check", "-f", "-", text=files["k8splan.nft"])
    write(BEFORE, json.dumps({"program": program, "files": before}))
    write(HOME + "/firewall.next", json.dumps({"program": program, "files": files, "stamp": question["stamp"]}))
    arm()
    try:
        load(program, files)
    except RuntimeError:
        undo()
        raise


def undo():
    """restores the previous state. With nftables, nothing has been written to disk yet."""
    if not os.path.exists(BEFORE):
        return
    was = json.loads(read(BEFORE))
    load(was["program"], {name: text or None for name, text in was["files"].items()})
    for path in (BEFORE, HOME + "/firewall.next"):
        remove(path)
    timer("stop")


def keep():
    if not os.path.exists(BEFORE):
        raise RuntimeError("the change was taken back: %d s passed without a new connection" % PATIENCE)
    timer("stop")
    done = json.loads(read(HOME + "/firewall.next"))
    if done["program"] == "nftables":
        write(NFT, done["files"]["k8splan.nft"])
        write(SERVICE, SERVICE_TEXT % {"nft": nft(), "file": NFT}, 0o644)
        run("systemctl", "daemon-reload")
        run("systemctl", "enable", "--quiet", UNIT + ".service")
        run("systemctl", "reload-or-restart", UNIT + ".service")
    files = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in done["files"].items() if text}
    write(STATE, json.dumps({"program": done["program"], "files": files, "stamp": done["stamp"], "listing": listing()}))
    for path in (BEFORE, HOME + "/firewall.next"):
        remove(path)


def tell():
    was = state()
    files = {name: hashlib.sha256(now(name).encode()).hexdigest() for name in was.get("files", {})}
    loaded = was.get("program") != "nftables" or listing() == was["listing"] and run("systemctl", "is-enabled", UNIT + ".service", fatal=False).returncode == 0
    print(json.dumps({"program": was.get("program", ""), "stamp": was.get("stamp", ""), "holds": bool(was) and files == was["files"] and loaded}))


def remove_all():
    was = state()
    timer("stop")
    if os.path.exists(SERVICE):
        run("systemctl", "disable", "--quiet", "--now", UNIT + ".service", fatal=False)
    if listing():
        run(nft(), "delete", "table", "inet", "k8splan")
    for path in (NFT, SERVICE):
        remove(path)
    place({name: None for name in PATHS if name != "k8splan.nft"})
    if was.get("program") == "firewalld":
        run("firewall-cmd", "--reload", fatal=False)
    if was.get("program") == "ufw":
        run("ufw", "reload", fatal=False)
    run("systemctl", "daemon-reload", fatal=False)
    for path in (STATE, BEFORE, HOME + "/firewall.next"):
        remove(path)


def main():
    verbs = {"keep": keep, "undo": undo, "remove": remove_all, "state": tell}
    try:
        if sys.argv[1] == "apply":
            apply(json.loads(sys.argv[2]))
        else:
            verbs[sys.argv[1]]()
    except RuntimeError as e:
        sys.exit(str(e))


main()
