#!/usr/bin/python3
"""runc for hosts without CAP_SYS_RESOURCE, under the name by which CRI-O and Docker Engine call their OCI runtime.

A process there may not lower its own OOM score, and runc fails where a container asks for that. containerd has a setting for such hosts
(restrict_oom_score_adj); the others have none. So the score in the bundle is raised to this process's own before runc sees it. CRI-O gives
privileged containers every capability that there is; containerd those that it has itself. So that one is taken out of the bundle.
"""
import json
import os
import sys

# Docker Engine calls this file runc, CRI-O crun.
REAL = next(path for path in ("/usr/local/bin/runc-itself", "/usr/local/bin/runc") if os.path.exists(path))


LACKING = "CAP_SYS_RESOURCE"


def lacks(number=24):
    """Say whether no process of this host can have the capability."""
    with open("/proc/self/status", encoding="ascii") as f:
        bounds = next(line.split()[1] for line in f if line.startswith("CapBnd:"))
    return not int(bounds, 16) >> number & 1


def main():
    arguments = sys.argv[1:]
    if {"create", "run"} & set(arguments):
        bundle = next((arguments[i + 1] for i, a in enumerate(arguments[:-1]) if a in ("--bundle", "-b")), ".")
        path = os.path.join(bundle, "config.json")
        with open(path, encoding="utf-8") as f:
            config = json.load(f)
        with open("/proc/self/oom_score_adj", encoding="ascii") as f:
            own = int(f.read())
        process = config.get("process", {})
        process["oomScoreAdj"] = max(process.get("oomScoreAdj", own), own)
        if lacks():
            for names in process.get("capabilities", {}).values():
                names[:] = [name for name in names if name != LACKING]
        with open(path, "w", encoding="utf-8") as f:
            json.dump(config, f)
    os.execv(REAL, [REAL] + arguments)


main()
