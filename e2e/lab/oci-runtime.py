#!/usr/bin/python3
"""runc for hosts without CAP_SYS_RESOURCE, under the name by which CRI-O and Docker Engine call their OCI runtime.

A process there may not lower its own OOM score, and runc fails where a container asks for that. containerd has a setting for such hosts
(restrict_oom_score_adj); the others have none. So the score in the bundle is raised to this process's own before runc sees it.
"""
import json
import os
import sys

# Docker Engine calls this file runc, CRI-O crun.
REAL = next(path for path in ("/usr/local/bin/runc-itself", "/usr/local/bin/runc") if os.path.exists(path))


def main():
    arguments = sys.argv[1:]
    if {"create", "run"} & set(arguments):
        bundle = next((arguments[i + 1] for i, a in enumerate(arguments[:-1]) if a in ("--bundle", "-b")), ".")
        path = os.path.join(bundle, "config.json")
        with open(path, encoding="utf-8") as f:
            config = json.load(f)
        with open("/proc/self/oom_score_adj", encoding="ascii") as f:
            own = int(f.read())
        if config.get("process", {}).get("oomScoreAdj", own) < own:
            config["process"]["oomScoreAdj"] = own
            with open(path, "w", encoding="utf-8") as f:
                json.dump(config, f)
    os.execv(REAL, [REAL] + arguments)


main()
