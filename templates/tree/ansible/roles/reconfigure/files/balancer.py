"""Add an address or a port to a running load balancer, next to the current one, while clients move.

    balancer.py --port PORT [--address ADDRESS]

haproxy accepts connections at the new port too. The keepalived host that holds the old address holds the new one too. The new address is
an excluded one (virtual_ipaddress_excluded), so keepalived's messages do not change, and hosts that change earlier or later agree. If
haproxy reaches no API server through the new port, the old files are restored.
https://www.keepalived.org/manpage.html
"""
import argparse
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

PROXY, SHARED = "/etc/haproxy/haproxy.cfg", "/etc/keepalived/keepalived.conf"
BIND = re.compile(r"(?m)^( +bind (?:0\.0\.0\.0|\[::\]):)(\d+)((?: v6only)?)$")
BLOCK = re.compile(r"(?m)^( +)virtual_ipaddress \{([^}]*)\}\n")
EXCLUDED = re.compile(r"virtual_ipaddress_excluded \{([^}]*)\}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    shutil.copy2(path, path + ".before")
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    shutil.copystat(path, path + ".new")
    os.rename(path + ".new", path)


def binding(text, port):
    if port in [found.group(2) for found in BIND.finditer(text)]:
        return text
    first = BIND.search(text).group(2)
    return BIND.sub(lambda m: m.group(0) + ("\n" + m.group(1) + port + m.group(3) if m.group(2) == first else ""), text)


def holding(text, address):
    def there(block):
        return address in [word.partition("/")[0] for word in block.split()]

    found, excluded = BLOCK.search(text), EXCLUDED.search(text)
    if there(found.group(2)) or excluded and there(excluded.group(1)):
        return text
    line = "%s/%d" % (address, 128 if ":" in address else 32)
    if excluded:
        return text[:excluded.end(1)].rstrip() + "\n" + found.group(1) * 2 + line + "\n" + found.group(1) + text[excluded.end(1):]
    indent = found.group(1)
    return text[:found.end()] + "%svirtual_ipaddress_excluded {\n%s%s\n%s}\n" % (indent, indent * 2, line, indent) + text[found.end():]


def leads(port):
    """returns why the new port does not answer, "" if it does."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # any API server will do here; all hosts verify theirs later
    problem = ""
    for _ in range(30):
        for host in ("127.0.0.1", "[::1]"):
            try:
                with urllib.request.urlopen("https://%s:%s/readyz" % (host, port), timeout=5, context=trust):
                    return ""
            except (OSError, urllib.error.URLError) as e:
                problem = str(e)
        time.sleep(1)
    return problem


def reload(unit):
    return subprocess.run(["systemctl", "reload-or-restart", unit], stderr=subprocess.PIPE, universal_newlines=True, check=False)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--port", required=True)
    args.add_argument("--address", default="")
    asked = args.parse_args()
    changed = {}
    text = binding(read(PROXY), asked.port)
    if text != read(PROXY):
        changed[PROXY] = ("haproxy", text)
    if asked.address and os.path.exists(SHARED):
        text = holding(read(SHARED), asked.address)
        if text != read(SHARED):
            changed[SHARED] = ("keepalived", text)
    for path, (unit, text) in changed.items():
        write(path, text)
        reload(unit)
    problem = leads(asked.port)
    for path, (unit, _) in changed.items():
        if problem:
            os.replace(path + ".before", path)
            reload(unit)
        else:
            os.unlink(path + ".before")
            print(path)
    if problem:
        sys.exit("haproxy reached no API server through port %s, and has its old file back: %s" % (asked.port, problem))


main()
