"""Ansible callback that writes what a run did, for the harness in ../playbook.go: lines of JSON.

{"play": name, "at": seconds since the epoch}                        a play begins
{"task": name, "path": file:line, "host": name, "changed": bool, "failed": bool, "at": …, "took": seconds}    a host is through with a task
{"task": name, "path": file:line, "host": name, "skipped": true, "at": …}        a host was asked whether it is concerned, and is not
{"recap": {host: {"ok", "changed", "failures", "unreachable", "skipped"}}, "at": …}
The file's name is in LAB_TIMING_FILE.
"""

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: lab_timing
    type: aggregate
    short_description: what a run did, as lines of JSON
    description: For the project's own harness.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "lab_timing"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.out = open(os.environ["LAB_TIMING_FILE"], "a", encoding="utf-8")
        self.started = {}

    def _write(self, **record):
        self.out.write(json.dumps(dict(record, at=time.time())) + "\n")
        self.out.flush()

    def _result(self, result, failed=False):
        task, host = result._task, result._host.get_name()
        start = self.started.pop((host, task._uuid), time.time())
        self._write(task=task.get_name().strip(), path=task.get_path() or "", host=host, failed=failed,
                    changed=bool(result._result.get("changed")), took=round(time.time() - start, 3))

    def v2_playbook_on_play_start(self, play):
        self._write(play=play.get_name().strip())

    def v2_runner_on_start(self, host, task):
        self.started[(host.get_name(), task._uuid)] = time.time()

    def v2_runner_on_ok(self, result):
        self._result(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._result(result, failed=not ignore_errors)

    def v2_runner_on_skipped(self, result):
        task, host = result._task, result._host.get_name()
        self.started.pop((host, task._uuid), None)
        self._write(task=task.get_name().strip(), path=task.get_path() or "", host=host, skipped=True)

    def v2_runner_on_unreachable(self, result):
        self._result(result, failed=True)

    def v2_playbook_on_stats(self, stats):
        self._write(recap={h: stats.summarize(h) for h in stats.processed})
        self.out.close()
