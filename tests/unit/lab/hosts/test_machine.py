"""What is left on a host without power, by the mount tables of processes."""

from __future__ import annotations

from pathlib import Path

from lab.hosts.machine import residents

HOST = Path("/run/kubefabric-lab/demo/hosts/host1")


def process(base: Path, name: str, namespace: str, upper: str) -> None:
    directory = base / name
    (directory / "ns").mkdir(parents=True)
    (directory / "ns" / "mnt").symlink_to(namespace)
    options = f"rw,lowerdir=/base,upperdir={upper},workdir=/work"
    (directory / "mountinfo").write_text(f"1 2 0:3 / / rw - overlay overlay {options}\n")


def test_processes_of_a_host_have_its_files_and_another_mount_namespace_than_who_powers_it(tmp_path):
    process(tmp_path, "self", "mnt:[1]", "")
    process(tmp_path, "10", "mnt:[1]", f"{HOST}/upper")  # who powers it
    process(tmp_path, "11", "mnt:[2]", f"{HOST}/upper")
    process(tmp_path, "12", "mnt:[2]", f"{HOST}0/upper")
    assert residents(HOST, tmp_path) == [11]
