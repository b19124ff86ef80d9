"""Print the environment for programs that use a proxy with a login, in a form for shells and for systemd.

    proxy.py FILE http_proxy=URL no_proxy=LIST …     FILE has one line, user:password

User and password are percent-encoded, so none of their characters is special to a shell, to systemd, or in a URL.
"""
import shlex
import sys
import urllib.parse


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        lines = f.read().splitlines()
    user, colon, password = lines[0].partition(":") if len(lines) == 1 else ("", "", "")
    if not user or not colon:
        sys.exit("%s does not have one line, user:password" % sys.argv[1])
    login = "://%s:%s@" % (urllib.parse.quote(user, safe=""), urllib.parse.quote(password, safe=""))
    for variable in sys.argv[2:]:
        name, _, value = variable.partition("=")
        print("%s=%s" % (name, shlex.quote(value if name.lower() == "no_proxy" else value.replace("://", login, 1))))


main()
