"""Checks that haproxy on this host reaches an API server.

leads.py [FILE]    FILE is haproxy's configuration

It requests /readyz through every address on which the frontend kube-apiserver listens, and then what keepalived's check requests from the
frontend health. The second answer alone proves nothing: after a reload, haproxy takes every server for healthy until it has checked it.
"""
import http.client
import ssl
import sys


def listens(text):
    """returns the frontend, host, and port of each address on which haproxy listens; this host instead of all of its addresses."""
    frontend, found = "", []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["frontend"]:
            frontend = words[1]
        elif words[:1] == ["bind"]:
            host, _, port = words[1].rpartition(":")
            found.append((frontend, {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]")), int(port)))
    return found


def answer(host, port, path, secure):
    """returns the status of the answer, or why there is none."""
    if secure:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # it sends nothing secret, as haproxy's own check
        connection = http.client.HTTPSConnection(host, port, timeout=5, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


def main(argv):
    with open(argv[1] if len(argv) > 1 else "/etc/haproxy/haproxy.cfg", encoding="utf-8") as f:
        found = listens(f.read())
    for frontend, host, port in sorted(found, key=lambda one: one[0] == "health"):
        path = "/healthz" if frontend == "health" else "/readyz"
        status = answer(host, port, path, frontend != "health")
        if status != 200:
            sys.exit("%s at %s, port %d: %s" % (path, host, port, status))


main(sys.argv)
