"""Make a name lead to an address in /etc/hosts, and in the templates from which cloud-init makes that file again at every boot:
entry.py NAME ADDRESS. Without an address, take the name out.

A line that gives the name another address loses it, an alias among other names too. Files are written in place: /etc/hosts may be a mount of
its own. Prints what was written.
"""
import glob
import os
import sys

FILES = ["/etc/hosts", *sorted(glob.glob("/etc/cloud/templates/hosts.*.tmpl"))]


def without(name, address, line):
    """returns a line of a hosts file without the name, unless it maps it to the address; "" if nothing is left of the line."""
    entry, mark, comment = line.partition("#")
    fields = entry.split()
    if name not in fields[1:] or fields[0] == address:
        return line
    fields = [fields[0]] + [f for f in fields[1:] if f != name]
    return " ".join(fields) + (" #" + comment if mark else "") if len(fields) > 1 else ""


def changed(text, name, address):
    lines = []
    for line in text.splitlines():
        kept = without(name, address, line)
        if kept or not line:
            lines.append(kept)
    if address and not any(name in line.partition("#")[0].split()[1:] for line in lines):
        lines.append("%s %s" % (address, name))
    return "\n".join(lines) + "\n"


def main():
    name, address = sys.argv[1], sys.argv[2]
    for path in FILES:
        if not os.path.isfile(path):
            continue
        with open(path, "r+", encoding="utf-8", errors="surrogateescape") as f:
            before = f.read()
            after = changed(before, name, address)
            if after != before:
                f.seek(0)
                f.write(after)
                f.truncate()
                print(path)


main()
