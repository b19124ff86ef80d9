"""Divide nodes into waves, each within one failure domain.

Reads JSON: "nodes" maps a name to Ansible's node_object, "wave" is a number or a percentage such as "10%", "of" is the total number of such
nodes. Prints {"order": [names], "sizes": [nodes in each wave]}. The first wave is one node, so a problem affects only that one.
"""
import json
import sys

ZONE = "topology.kubernetes.io/zone"


def size(wave, of):
    wave = str(wave).strip()
    most = of * int(wave[:-1]) // 100 if wave.endswith("%") else int(wave)
    return max(1, most)


def waves(nodes, most):
    zones = {}
    for name in nodes:
        zones.setdefault(json.loads(nodes[name]).get("labels", {}).get(ZONE, ""), []).append(name)
    out = []
    for zone in sorted(zones):
        names = zones[zone]
        if not out:
            out.append(names[:1])
            names = names[1:]
        out += [names[i:i + most] for i in range(0, len(names), most)]
    return out


def main():
    given = json.load(sys.stdin)
    found = waves(given["nodes"], size(given["wave"], given["of"]))
    print(json.dumps({"order": [name for wave in found for name in wave], "sizes": [len(wave) for wave in found]}))


main()
