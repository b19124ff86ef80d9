"""Ansible callback that writes what a run did, for the harness in ../main.go: one line of JSON for each task, and one with the recap.

Task: {"play", "task", "start", "end" (seconds since the epoch), "hosts", "changed": [host, …], "failed": [host, …], "path"}
Recap: {"recap": {host: {"ok", "changed", "failures", "unreachable", "skipped"}}}
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
        self.play = ""
        self.task = None

    def _write(self, record):
        self.out.write(json.dumps(record) + "\n")
        self.out.flush()

    def _close_task(self):
        if self.task is not None:
            self.task["end"] = time.time()
            self._write(self.task)
            self.task = None

    def _open_task(self, task):
        self._close_task()
        self.task = {"play": self.play, "task": task.get_name().strip(), "path": task.get_path() or "",
                     "start": time.time(), "hosts": 0, "changed": [], "failed": []}

    def _count(self, result, failed=False):
        if self.task is None:
            return
        self.task["hosts"] += 1
        if result._result.get("changed"):
            self.task["changed"].append(result._host.get_name())
        if failed:
            self.task["failed"].append(result._host.get_name())

    def v2_playbook_on_play_start(self, play):
        self._close_task()
        self.play = play.get_name().strip()

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._open_task(task)

    def v2_playbook_on_handler_task_start(self, task):
        self._open_task(task)

    def v2_runner_on_ok(self, result):
        self._count(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._count(result, failed=not ignore_errors)

    def v2_runner_on_unreachable(self, result):
        self._count(result, failed=True)

    def v2_playbook_on_stats(self, stats):
        self._close_task()
        self._write({"recap": {h: stats.summarize(h) for h in stats.processed}})
        self.out.close()
