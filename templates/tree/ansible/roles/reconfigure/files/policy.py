"""Prints the state files with which the kubelet does not start under its new policies for processors and memory.

policy.py CONFIGURATION FLAGS RESERVES [DIRECTORY]
    CONFIGURATION is the KubeletConfiguration as JSON, FLAGS are the kubelet's flags, which come first, RESERVES is "true" if it reserves
    other processors or memory than before, and DIRECTORY is /var/lib/kubelet

A state file names its policy, and lists what the policy has given to containers. Sources: pkg/kubelet/cm/cpumanager/state/state_checkpoint.go,
pkg/kubelet/cm/memorymanager/state/state_checkpoint.go, and the policies' validateState, of Kubernetes
"""
import json
import os
import re
import sys

# The state file, the field of the configuration, the flag, and the policy without which nothing is given to containers.
POLICIES = [("cpu_manager_state", "cpuManagerPolicy", "cpu-manager-policy", "none"),
            ("memory_manager_state", "memoryManagerPolicy", "memory-manager-policy", "None")]


def stale(configuration, flags, reserves, directory):
    found = []
    for file, field, flag, none in POLICIES:
        flagged = re.findall(r"--%s[= ]([A-Za-z]+)" % flag, flags)
        policy = flagged[-1] if flagged else configuration.get(field) or none
        try:
            with open(os.path.join(directory, file), encoding="utf-8") as f:
                had = json.load(f).get("policyName", "")
        except OSError:
            continue  # the kubelet writes one when it starts
        except ValueError:
            had = ""
        if had != policy or reserves and policy != none:
            found.append(file)
    return found


def main(argv):
    print("\n".join(stale(json.loads(argv[1]), argv[2], argv[3] == "true", argv[4] if len(argv) > 4 else "/var/lib/kubelet")))


main(sys.argv)
