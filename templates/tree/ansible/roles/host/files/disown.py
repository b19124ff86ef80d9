"""Remove files and units from a host that no longer belong to the cluster, while the rest stays.

    disown.py QUESTION    QUESTION is JSON, {"files": [paths], "units": [names]}

The ledger, /var/lib/k8splan/owned.json, says what was there before, and that is restored. Units that are not in it stay as they are.
"""
import json
import os
import shutil
import subprocess
import sys

HOME = "/var/lib/k8splan"
LEDGER = HOME + "/owned.json"


def run(*argv):
    return subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode


def main():
    question = json.loads(sys.argv[1])
    try:
        with open(LEDGER, encoding="utf-8") as f:
            ledger = json.load(f)
    except OSError:
        ledger = {}
    files, units = ledger.get("files", {}), ledger.get("units", {})
    ours = [name for name in question["units"] if name in units]
    for name in ours:
        run("systemctl", "disable", "--quiet", name)
        if run("systemctl", "is-active", "--quiet", name) == 0 and run("systemctl", "stop", name):
            sys.exit("%s does not stop" % name)
    for path in question["files"]:
        if os.path.lexists(path):
            os.remove(path)
        if files.pop(path, {}).get("before") and os.path.isfile(HOME + "/before" + path):
            shutil.copy2(HOME + "/before" + path, path)
            found = os.stat(HOME + "/before" + path)
            os.chown(path, found.st_uid, found.st_gid)
    run("systemctl", "daemon-reload")
    for name in ours:
        before = units.pop(name)
        if before.get("enabled"):
            run("systemctl", "enable", "--quiet", name)
        if before.get("active"):
            run("systemctl", "start", name)
    if ledger:
        with open(LEDGER + ".new", "w", encoding="utf-8") as f:
            os.chmod(LEDGER + ".new", 0o600)
            json.dump(ledger, f, indent=2, sort_keys=True)
            f.flush()
            os.fsync(f.fileno())
        os.replace(LEDGER + ".new", LEDGER)


main()
