"""Map a name to an address in /etc/hosts: entry.py NAME ADDRESS. Without an address, remove the name.

Also changes the templates from which cloud-init writes /etc/hosts at every boot. If a line maps the name to another address, the name is
removed from that line, even where it is an alias. Files are written in place, because /etc/hosts may be a mount. Prints what was written.
"""
import glob
import os
import sys

FILES = ["/etc/hosts", *sorted(glob.glob("/etc/cloud/templates/hosts.*.tmpl"))]


def without(name, address, line):
    """returns a line of a hosts file without the name, unless it maps the name to the address; "" if no name is left on the line."""
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
