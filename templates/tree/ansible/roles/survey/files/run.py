"""Report who runs Ansible, on the machine where it runs: {"holder": "user@host", "process": "PID and start time"}.

The process is the outermost ansible-playbook above this one. With a process as argument, prints "ended" if it ran on this machine and has
ended. Then its lock can be taken.
"""
import getpass
import json
import os
import socket
import subprocess
import sys


def ps(pid, field):
    asked = subprocess.run(["ps", "-o", field + "=", "-p", str(pid)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True,
                           env=dict(os.environ, LC_ALL="C"), check=False)
    return " ".join(asked.stdout.split())


def playbook():
    found, pid = "", os.getpid()
    while pid > 1:
        if "ansible-playbook" in ps(pid, "args"):
            found = "%d %s" % (pid, ps(pid, "lstart"))
        pid = int(ps(pid, "ppid") or 0)
    return found


def main():
    if len(sys.argv) > 1:
        pid, _, began = sys.argv[1].partition(" ")
        print("ended" if pid.isdigit() and began and ps(pid, "lstart") != began else "")
        return
    try:
        process = playbook()
    except OSError:  # without ps: unknown
        process = ""
    print(json.dumps({"holder": "%s@%s" % (getpass.getuser(), socket.gethostname()), "process": process}))


main()
