"""Query the cluster's DNS for the API's own name, as a pod would: dns.py SERVER NAME SECONDS. Prints the addresses."""
import ipaddress
import os
import socket
import struct
import sys
import time

A, AAAA = 1, 28


def ask(server, name, kind):
    """returns the addresses of one type, over UDP. RFC 1035, sections 4.1 and 4.2.1"""
    identity = struct.unpack("!H", os.urandom(2))[0]
    question = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.rstrip(".").split(".")) + b"\0" + struct.pack("!HH", kind, 1)
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.connect((server, 53))
        s.send(struct.pack("!HHHHHH", identity, 0x0100, 1, 0, 0, 0) + question)
        answer = s.recv(4096)
    number, flags, _, count = struct.unpack("!HHHH", answer[:8])
    if number != identity or flags & 0xF or not count:
        raise OSError("DNS says code %d with %d answers" % (flags & 0xF, count))
    addresses, at = [], 12 + len(question)
    for _ in range(count):
        while answer[at] and answer[at] < 0xC0:  # the owner's name: labels, or a pointer of two bytes
            at += answer[at] + 1
        at += 2 if answer[at] else 1
        found, _, _, size = struct.unpack("!HHIH", answer[at:at + 10])
        if found == kind:
            addresses.append(str(ipaddress.ip_address(answer[at + 10:at + 10 + size])))
        at += 10 + size
    return addresses


def main():
    server, name, end = sys.argv[1], sys.argv[2], time.monotonic() + float(sys.argv[3])
    while True:
        try:
            print(" ".join(ask(server, name, AAAA if ":" in server else A)))
            return
        except OSError as e:
            if time.monotonic() > end:
                sys.exit("%s does not answer for %s: %s" % (server, name, e))
            time.sleep(0.3)


main()
