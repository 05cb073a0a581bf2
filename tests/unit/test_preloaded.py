"""Runs of ansible-playbook that fork are as those of the program itself, and leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lab.context import dying_with_parent, wait_for
from tests import preloaded

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("ansible-playbook")
SLOW = "[{hosts: all, gather_facts: false, tasks: [{ansible.builtin.pause: {seconds: 20}}]}]"
TASKS = [
    {"name": "Show what a process has", "ansible.builtin.debug": {"msg": "{{ lookup('env', 'MARK') }} in {{ here }}"}},
    {"name": "Run a module", "ansible.builtin.command": {"cmd": "pwd"}, "register": "ran"},
    {"name": "Fail", "ansible.builtin.fail": {"msg": "as told"}, "when": "wanted"},
]


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a play, and the home of those who run it: their settings are the same, and so is the process."""
    directory = tmp_path_factory.mktemp("play")
    lines = {"hosts": "all", "connection": "local", "gather_facts": False, "tasks": TASKS}
    lines["vars"] = {"here": "{{ ran.stdout | default('nowhere') }}", "ansible_python_interpreter": sys.executable}
    (directory / "play.yml").write_text(yaml.safe_dump([lines]))
    return directory


def environment(directory: Path, mark: str = "") -> dict[str, str]:
    return {**os.environ, "HOME": str(directory), "ANSIBLE_NOCOLOR": "1", "MARK": mark}


def words(wanted: bool) -> list[str]:
    return ["play.yml", "-i", "host,", "-e", f"{{wanted: {str(wanted).lower()}}}"]


def shown(text: str) -> str:
    """What a run printed, without the lengths of lines and the times."""
    return re.sub(r"\*+|\d+:\d+:\d+\.\d+", "", text)


@pytest.mark.parametrize("wanted", [False, True], ids=["succeeds", "fails"])
def test_a_run_that_forks_is_as_one_of_the_program(play: Path, wanted: bool) -> None:
    of = environment(play, "mark")
    alone = subprocess.run(
        [str(PROGRAM), *words(wanted)], cwd=play, env=of, capture_output=True, text=True, check=False
    )
    for _turn in range(2):  # the second one has what the first one imported
        forked = preloaded.run(words(wanted), play, of, 60)
        assert (forked.returncode, shown(forked.stdout)) == (alone.returncode, shown(alone.stdout))
        assert shown(forked.stderr) == shown(alone.stderr)
    assert alone.returncode == (2 if wanted else 0)


def test_a_run_has_nothing_of_the_one_before_and_leaves_nothing(play: Path) -> None:
    assert "one in nowhere" in preloaded.run(words(False), play, environment(play, "one"), 60).stdout
    (play / "elsewhere").mkdir()
    (play / "elsewhere" / "play.yml").symlink_to(play / "play.yml")
    second = preloaded.run(words(True), play / "elsewhere", environment(play, "two"), 60)
    assert "two in nowhere" in second.stdout
    assert not list((play / ".ansible" / "tmp").iterdir())


def test_a_run_that_takes_too_long_is_ended(play: Path) -> None:
    (play / "slow.yml").write_text(
        "[{hosts: all, gather_facts: false, tasks: [{ansible.builtin.pause: {seconds: 60}}]}]"
    )
    with pytest.raises(subprocess.TimeoutExpired):
        preloaded.run(["slow.yml", "-i", "host,"], play, environment(play), 2)
    assert preloaded.run(words(False), play, environment(play), 60).returncode == 0


def test_what_reads_settings_of_its_own_does_not_fork(tmp_path: Path) -> None:
    assert preloaded.able("ansible-playbook", tmp_path)
    assert not preloaded.able("ansible-doc", tmp_path)
    (tmp_path / "ansible.cfg").touch()
    assert not preloaded.able("ansible-playbook", tmp_path)


def test_other_settings_have_another_process(play: Path) -> None:
    told = preloaded.run(words(False), play, {**environment(play), "ANSIBLE_STDOUT_CALLBACK": "minimal"}, 60)
    assert "PLAY RECAP" not in told.stdout
    assert "PLAY RECAP" in preloaded.run(words(False), play, environment(play), 60).stdout


SLEEPING = """
import sys
from pathlib import Path
from tests import preloaded
preloaded.run(["slow.yml", "-i", "host,"], Path({directory!r}), {environment!r}, 60)
"""


def test_runs_end_with_the_tests_that_are_killed(play: Path) -> None:
    (play / "slow.yml").write_text(SLOW)
    script = SLEEPING.format(directory=str(play), environment=environment(play))
    others = working_in(play)
    tests = subprocess.Popen(dying_with_parent([sys.executable, "-c", script]), cwd=ROOT)
    run = wait_for(lambda: min(working_in(play) - others, default=None), "the run")
    tests.send_signal(signal.SIGKILL)
    tests.wait()
    wait_for(lambda: run not in working_in(play), "the end of the run", timeout=10)


def working_in(directory: Path) -> set[int]:
    """The runs in a directory, and Ansible's workers of theirs."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if (path / "cwd").readlink() == directory and b"preloaded_server" in (path / "cmdline").read_bytes():
                found.add(int(path.name))
    return found
