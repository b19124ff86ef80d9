"""Download files, verify each against its checksum, and install their contents.

--files is a JSON list of

    {"name": "kubelet", "path": "dl.k8s.io/…", "url": "https://…", "checksum": "sha256:<digest or address of a checksum file>",
     "archive": false}

--layout maps each name to its destinations: {"<pattern of names in the archive>": "<directory>"}. A file that is not an archive goes to the
directory of the pattern "*" under its own name.

Nothing is installed before its checksum is right. Each file is written next to its destination and then renamed. So a running program is
never overwritten, and an interrupted run leaves no partial file. artifacts.json in the directory --state records what was installed, and
survey.py compares it with the host. Prints the names of installed files, one per line.
"""
import argparse
import concurrent.futures
import fnmatch
import hashlib
import json
import os
import posixpath
import shutil
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request

ATTEMPTS = 3


def attempt(url, use):
    """calls use(response) for a GET, with retries after a pause if the network or the server fails."""
    for left in reversed(range(ATTEMPTS)):
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                return use(response)
        except (OSError, urllib.error.URLError) as e:
            missing = isinstance(e, urllib.error.HTTPError) and e.code in (401, 403, 404, 410)
            if missing or not left:
                raise RuntimeError("%s: %s" % (url, e)) from e
            time.sleep(2)
    raise AssertionError("unreachable")


def expected(item):
    """returns the digest in "sha256:<digest>", or the item's digest in the published checksum file."""
    algorithm, _, value = item["checksum"].partition(":")
    if algorithm != "sha256":
        raise RuntimeError("%s: no checksum of type sha256" % item["name"])
    if "://" not in value:
        return value.lower()
    text = attempt(value, lambda response: response.read().decode("utf-8", "replace"))
    wanted = posixpath.basename(item["path"])
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        return lines[0][0].lower()
    for fields in lines:
        if len(fields) == 2 and posixpath.basename(fields[1].lstrip("*")) == wanted:
            return fields[0].lower()
    raise RuntimeError("%s: no line for %s" % (value, wanted))


def download(item, target):
    def use(response):
        digest = hashlib.sha256()
        target.seek(0)
        target.truncate()
        for block in iter(lambda: response.read(1 << 20), b""):
            digest.update(block)
            target.write(block)
        target.flush()
        return digest.hexdigest()

    found = attempt(item["url"], use)
    if item["checksum"]:
        wanted = expected(item)
        if found != wanted:
            raise RuntimeError("%s: the checksum is %s, expected %s" % (item["url"], found, wanted))


def place(source, destination):
    """writes a stream to a path atomically, mode 0755; returns size and mtime for the record."""
    os.makedirs(os.path.dirname(destination), mode=0o755, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(destination), prefix=".k8splan-")
    try:
        with os.fdopen(handle, "wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
            os.fchmod(out.fileno(), 0o755)
        os.replace(temporary, destination)
    except BaseException:
        os.unlink(temporary)
        raise
    found = os.stat(destination)
    return [found.st_size, found.st_mtime_ns]


def unpack(item, archive, layout):
    files = {}
    with tarfile.open(fileobj=archive, mode="r:*") as tar:
        for member in tar:
            name = posixpath.normpath(member.name)
            for pattern, directory in layout.items():
                if member.isfile() and member.mode & 0o100 and fnmatch.fnmatchcase(name, pattern):
                    destination = os.path.join(directory, posixpath.basename(name))
                    files[destination] = place(tar.extractfile(member), destination)
    if not files:
        raise RuntimeError("%s: nothing in it is called %s" % (item["url"], " or ".join(layout)))
    return files


def install(item, layout, state):
    with tempfile.TemporaryFile(dir=state) as spool:
        download(item, spool)
        spool.seek(0)
        if item["archive"]:
            return unpack(item, spool, layout)
        destination = os.path.join(layout["*"], item["name"])
        return {destination: place(spool, destination)}


def record(installed, state):
    path = os.path.join(state, "artifacts.json")
    try:
        with open(path, encoding="utf-8") as f:
            known = json.load(f)
    except (OSError, ValueError):
        known = {}
    known.update(installed)
    with open(path + ".new", "w", encoding="utf-8") as f:
        json.dump(known, f, indent=2, sort_keys=True)
    os.replace(path + ".new", path)


def main():
    os.umask(0o022)
    args = argparse.ArgumentParser()
    args.add_argument("--layout", type=json.loads, required=True)
    args.add_argument("--files", type=json.loads, required=True)
    args.add_argument("--state", default="/var/lib/k8splan")
    asked = args.parse_args()
    os.makedirs(asked.state, mode=0o755, exist_ok=True)
    installed, failures = {}, []
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        futures = {pool.submit(install, item, asked.layout[item["name"]], asked.state): item for item in asked.files}
        for future in concurrent.futures.as_completed(futures):
            item = futures[future]
            try:
                installed[item["name"]] = {"path": item["path"], "files": future.result()}
            except (OSError, EOFError, RuntimeError, tarfile.TarError) as e:
                failures.append("%s: %s" % (item["name"], e))
    record(installed, asked.state)
    print("\n".join(sorted(installed)))
    if failures:
        sys.exit("\n".join(sorted(failures)))


main()
