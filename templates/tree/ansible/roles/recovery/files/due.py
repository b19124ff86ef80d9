"""Print which of the given certificates expire soon, one path per line.

    due.py DAYS PATH…      PEM files, kubeconfig files with a certificate, and patterns of these; missing files are skipped

kubeadm certs check-expiration does not check external etcd, and checks nothing if an authority's key is elsewhere. A host may lack openssl,
and python3's standard library cannot read certificates, so this program reads the one field that matters.
"""
import base64
import datetime
import glob
import re
import sys


def element(der, at):
    """returns tag, start, and end of the contents of the DER element at an offset. X.690, 8.1."""
    tag, length, at = der[at], der[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(der[at:at + size], "big"), at + size
    return tag, at, at + length


def not_after(der):
    """returns when a certificate ends: RFC 5280, 4.1."""
    _, at, _ = element(der, 0)  # Certificate
    _, at, _ = element(der, at)  # TBSCertificate
    tag, _, end = element(der, at)
    if tag == 0xA0:  # the version, which is optional
        at = end
    for _ in ("serialNumber", "signature", "issuer"):
        _, _, at = element(der, at)
    _, at, _ = element(der, at)  # validity
    _, _, at = element(der, at)  # notBefore
    tag, start, end = element(der, at)
    text = der[start:end].decode("ascii")
    if tag == 0x17:  # UTCTime, for the years 1950 … 2049
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=datetime.timezone.utc)


def certificate(path):
    """returns the DER of a file's first certificate; None if it has none, like a kubeconfig that refers to a file."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    embedded = re.search(r"client-certificate-data: *([A-Za-z0-9+/=]+)", text)
    if embedded:
        text = base64.b64decode(embedded.group(1)).decode("ascii")
    pem = re.search(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", text, re.DOTALL)
    return base64.b64decode(pem.group(1)) if pem else None


def main():
    limit = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=int(sys.argv[1]))
    for pattern in sys.argv[2:]:
        for path in sorted(glob.glob(pattern)):
            der = certificate(path)
            if der and not_after(der) < limit:
                print(path)


main()
