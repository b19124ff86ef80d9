"""conditions.py FOLDER: conditions of the playbooks in FOLDER that need not be boolean, one a line.

ansible-core 2.19 ends a run at a condition that is a list, a text, or null, which 2.14 takes for true or false:
https://docs.ansible.com/ansible-core/2.19/porting_guides/porting_guide_core_2.19.html#broken-conditionals (read on 2026-11-30).
A comparison, a test and `not` are boolean; `and`, `or`, if-else and `default` are what their parts are; a variable is what its
definitions are.
"""
import glob
import os
import re
import sys

import jinja2
import yaml
from jinja2 import nodes

WORDS = ("when", "failed_when", "changed_when", "until", "that")
# Facts that the programs of the roles report as true or false, by the ends of their paths.
FACTS = re.compile(r"""
    survey_host\.(etcd\.(beginning|data|entered|issuer)|kubernetes\.(joined|serving)|selinux\.(enforcing|configured)|swap\.(active|fstab))
    | (survey_host\.services(\[\]|\.\w+)|network_service)\.(running|enabled|stale)
    | survey_judged\.(balancer\.(hands|proxies|renames|starts|switch)|encryption\.(change|off)|etcd_local|images|kubelet|proxy|upgrade\.record)
    | upgrade_todo\.minor
    | hostvars\[\]\.etcd_uncertified
    # results of a task, and of announcing a member
    | \w*\.(changed|failed|unreachable|skipped) | \(\)\.(added|changed|enabled|kubernetes\.authority_key|serving)
    """, re.VERBOSE)
ENVIRONMENT = jinja2.Environment()


class Loader(yaml.SafeLoader):
    """reads the tags of Ansible as plain values."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: str(node.value))


class Playbooks:
    def __init__(self, folder):
        self.conditions, self.defined, self.given, self.known = set(), {}, {}, {}
        for path in sorted(glob.glob(folder + "/**/*.y*ml", recursive=True)):
            with open(path, encoding="utf-8") as f:
                content = yaml.load(f, Loader)
            name = os.path.relpath(path, folder)
            if name.startswith("group_vars/"):
                self.given.update(content)
            elif "/vars/" in name or "/defaults/" in name:
                self.define(content or {})
            self.walk(content, name)

    def define(self, variables):
        for name, value in variables.items():
            self.defined.setdefault(name, []).append(value)

    def walk(self, part, name):
        if isinstance(part, list):
            for inner in part:
                self.walk(inner, name)
        elif isinstance(part, dict):
            for key, value in part.items():
                if key in WORDS:
                    self.conditions |= {(name, str(c)) for c in (value if isinstance(value, list) else [value])}
                if key in ("ansible.builtin.set_fact", "vars") and isinstance(value, dict):
                    self.define(value)
                self.walk(value, name)

    def doubt(self, node):
        """what need not be boolean in an expression; "" where nothing is in doubt."""
        if isinstance(node, (nodes.Compare, nodes.Not, nodes.Test)):
            return ""
        if isinstance(node, nodes.Const):
            return "" if isinstance(node.value, bool) else repr(node.value)
        if isinstance(node, (nodes.And, nodes.Or)):
            return self.doubt(node.left) or self.doubt(node.right)
        if isinstance(node, nodes.CondExpr):
            return self.doubt(node.expr1) or (self.doubt(node.expr2) if node.expr2 else "an if without else")
        if isinstance(node, nodes.Filter) and node.name == "bool":
            return ""
        if isinstance(node, nodes.Filter) and node.name == "default" and node.args:
            return self.doubt(node.node) or self.doubt(node.args[0])
        path = where(node)
        if isinstance(node, nodes.Name) and node.name in self.defined:
            return self.of_variable(node.name)
        return "" if FACTS.fullmatch(path) or isinstance(self.value(path), bool) else path

    def of_variable(self, name):
        if name not in self.known:
            self.known[name] = ""  # a variable may be defined by its own fact
            doubts = [self.of_value(value) for value in self.defined[name]]
            self.known[name] = next(("%s: %s" % (name, d) for d in doubts if d), "")
        return self.known[name]

    def of_value(self, value):
        if isinstance(value, bool):
            return ""
        whole = re.fullmatch(r"\s*\{\{(.*)\}\}\s*", str(value), re.DOTALL)
        return self.of_text(whole.group(1)) if whole else repr(value)

    def of_text(self, text):
        return self.doubt(ENVIRONMENT.parse("{{ " + text + " }}").body[0].nodes[0])

    def value(self, path):
        here = self.given
        for part in path.split("."):
            here = here.get(part) if isinstance(here, dict) else None
        return here


def where(node):
    """the path of a value, with [] for an index and () for what a filter or a call returns."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return where(node.node) + "." + node.attr
    if isinstance(node, nodes.Getitem):
        return where(node.node) + "[]"
    return "()"


def main():
    playbooks = Playbooks(sys.argv[1])
    for name, condition in sorted(playbooks.conditions):
        doubt = playbooks.of_text(condition)
        if doubt:
            print("%s: %s (%s)" % (name, " ".join(condition.split()), doubt))
    print(len(playbooks.conditions), "conditions", file=sys.stderr)


if __name__ == "__main__":
    main()
