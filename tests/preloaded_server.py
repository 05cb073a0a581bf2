"""A process that has imported Ansible once and forks for every run of ansible-playbook that it is asked for.

Started by ``tests.preloaded``. A line of standard input is a run, in JSON: ``argv``, ``cwd``, ``environment``, and the
``directory`` for its files ``stdout`` and ``stderr``. The answers are two lines, the run's process ID and, when it has
ended, its exit status.

What a run has imported (Ansible's plugins, the collection's code) is imported here after it, for the next ones.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import signal
import sys
import warnings
from pathlib import Path

import ansible.cli.playbook
from ansible import constants
from ansible.config.manager import cleanup_tmp_file
from ansible.plugins.loader import init_plugin_loader

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Fork for every run; in the forked process this ends as ansible-playbook does, by SystemExit."""
    # the directory that Ansible makes while it is imported, and removes at its end: every run has its own
    atexit.unregister(cleanup_tmp_file)
    cleanup_tmp_file(constants.DEFAULT_LOCAL_TMP)
    sys.path[0] = str(Path(sys.executable).parent)  # as in the program itself
    warnings.filterwarnings("ignore", message="AnsibleCollectionFinder has already been configured")
    gc.freeze()
    for line in sys.stdin:
        task = json.loads(line)
        learnt = Path(task["directory"], "learnt")
        pid = os.fork()
        if pid == 0:
            _become(task)
            known = set(sys.modules)
            try:
                ansible.cli.playbook.main(task["argv"])
            finally:
                learnt.write_text(json.dumps(_modules(known)))
        print(pid, flush=True)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        imported = json.loads(learnt.read_text()) if learnt.exists() else {}
        print(status, flush=True)
        _learn(imported)


# -- in the run --------------------------------------------------------------------------------------------


def _become(task: dict) -> None:
    """Make this process what a new one would be: its files, directory, environment, and temporary directory."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(Path(task["directory"], name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.chdir(task["cwd"])
    os.environ.clear()
    os.environ.update(task["environment"])
    sys.argv = task["argv"]
    constants.DEFAULT_LOCAL_TMP = constants.config.get_config_value("DEFAULT_LOCAL_TMP")  # makes a directory


def _modules(known: set[str]) -> dict[str, str]:
    """What was imported since, in that order: the modules of Ansible and of the collection, and their files."""
    added = [(name, getattr(module, "__file__", None)) for name, module in sys.modules.items() if name not in known]
    return {name: file for name, file in added if file}


# -- for the next run --------------------------------------------------------------------------------------


def _learn(modules: dict[str, str]) -> None:
    """Import what a run has imported. What cannot be imported here, that run's successors import themselves."""
    new = {name: file for name, file in modules.items() if name not in sys.modules}
    if not new:
        return
    init_plugin_loader()
    for name, file in new.items():
        with contextlib.suppress(Exception):
            _import(name, file)
    gc.collect()
    gc.freeze()


def _import(name: str, file: str) -> None:
    """Import a module by its name, or as Ansible does those plugins whose names have a number in them."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            return
        sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(sys.modules[name])
        except Exception:
            del sys.modules[name]
            raise


if __name__ == "__main__":
    main()
