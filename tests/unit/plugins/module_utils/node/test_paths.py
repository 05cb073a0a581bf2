"""No link leads out of an image, or to what root alone may read; modes do not depend on the umask."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import files, paths
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.files import Change
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import Host, facts
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError
from ansible_collections.kubefabric.bgp.plugins.modules import node_peering
from tests.run_module import run_module


@pytest.fixture
def places(tmp_path):
    """An image, and the rest of the machine beside it, which has the only secret."""
    image, outside = tmp_path / "image", tmp_path / "outside"
    (image / "etc").mkdir(parents=True)
    outside.mkdir()
    (outside / "frr.conf").write_text("secret of the machine\n")
    return image, outside


def host(root: Path) -> Host:
    return Host(lambda _command: (0, "", ""), str(root))


def write(target: Host, path: str, text: str = "ours\n") -> None:
    change = [Change(path, target.read(path), text, mode=0o640)]
    files.stage(target, change)
    files.commit(target, change)
    files.finish(target, change)


MASKED = {
    "/etc/systemd/system/gobgpd.service": "systemctl unmask gobgpd.service",
    "/etc/systemd/system/frr.service.d/ours.conf": "rm /etc/systemd/system/frr.service.d/ours.conf",
    "/etc/systemd/network/ours.network": "rm /etc/systemd/network/ours.network",
}


@pytest.mark.parametrize("target", ["/dev/null", "../" * 5 + "dev/null"])
@pytest.mark.parametrize("path", MASKED)
def test_what_is_masked_is_named_with_the_remedy_and_stays(places, path, target):
    """In an image, whose /dev/null would otherwise be written as a file, and on a host."""
    image, _outside = places
    link = image / path.lstrip("/")
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    with pytest.raises(NodeError) as refused:
        write(host(image), path)
    said = f"{path} is masked: it is a link to /dev/null. If it may be used here: {MASKED[path]}"
    assert str(refused.value) == f"{said}, and run again"
    assert (str(link.readlink()), (image / "dev").exists()) == (target, False)


def test_a_masked_file_of_a_directory_is_an_empty_one_as_for_those_who_read_it(places):
    image, _outside = places
    (image / "etc/interfaces.d").mkdir()
    (image / "etc/interfaces.d/eth0").symlink_to("/dev/null")
    (image / "etc/interfaces.d/eth1").write_text("iface eth1 inet manual\n")
    assert host(image).texts("/etc/interfaces.d") == ["", "iface eth1 inet manual\n"]


def _broken(directory: Path, kind: str) -> None:
    """Something in a directory that is no file, or that cannot be read."""
    path = directory / "broken"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "no UTF-8":
        path.write_bytes(b"# M\xfcnchen\n")
    elif kind == "too large":
        path.write_bytes(b"")
        os.truncate(path, paths.LARGEST + 1)
    elif kind == "untrusted link":
        directory.chmod(0o777)
        path.symlink_to("eth1")
    else:
        path.symlink_to("broken")


NO_FILE = ["directory", "fifo"]
UNREADABLE = ["no UTF-8", "too large", "untrusted link", "endless link"]


@pytest.fixture
def stanzas(places):
    """A directory with a stanza of eth1, for one more file."""
    directory = places[0] / "etc/network/interfaces.d"
    directory.mkdir(parents=True)
    (directory / "eth1").write_text("iface eth1 inet manual\n")
    return directory


@pytest.mark.parametrize("kind", NO_FILE)
def test_what_is_no_file_is_none_of_a_directory_s_texts(places, stanzas, kind):
    _broken(stanzas, kind)
    assert host(places[0]).texts("/etc/network/interfaces.d") == ["iface eth1 inet manual\n"]


@pytest.mark.parametrize("kind", [*NO_FILE, *UNREADABLE])
def test_a_file_that_cannot_be_read_hides_no_stanza_of_another(stanzas, kind):
    _broken(stanzas, kind)
    # as on a host, where no link is followed before the file is opened
    live = Host(lambda _command: (0, "", ""), "/", live=False)
    live.path = lambda path: f"{stanzas.parents[2]}{path}"  # type: ignore[method-assign]
    for target in (host(stanzas.parents[2]), live):
        assert facts(target, "eth1").stanza
        assert not facts(target, "eth2").stanza


def test_the_uplink_names_the_file_that_cannot_be_read(places, stanzas):
    _broken(stanzas, "no UTF-8")
    with pytest.raises(NodeError, match=r"/etc/network/interfaces\.d/broken cannot be read: it is no UTF-8 text"):
        host(places[0]).texts("/etc/network/interfaces.d")


@pytest.mark.parametrize("link", ["directory", "file", "upwards", "chain"])
def test_a_link_in_an_image_stays_within_it(places, link):
    image, outside = places
    if link == "file":
        (image / "etc/frr").mkdir()
        (image / "etc/frr/frr.conf").symlink_to(outside / "frr.conf")
    elif link == "upwards":
        (image / "etc/frr").symlink_to("../" * 12 + str(outside).lstrip("/"))
    elif link == "chain":
        (image / "etc/frr").symlink_to("/etc/other")
        (image / "etc/other").symlink_to(outside)
    else:
        (image / "etc/frr").symlink_to(outside)
    target = host(image)
    assert target.read("/etc/frr/frr.conf") is None
    write(target, "/etc/frr/frr.conf")
    assert target.read("/etc/frr/frr.conf") == "ours\n"
    assert (outside / "frr.conf").read_text() == "secret of the machine\n"
    assert [path.name for path in outside.iterdir()] == ["frr.conf"]
    assert (image / str(outside).lstrip("/") / "frr.conf").read_text() == "ours\n"


def test_a_link_within_an_image_is_followed_as_its_own_system_would(places):
    image, _outside = places
    (image / "srv/frr").mkdir(parents=True)
    (image / "srv/frr/frr.conf").write_text("theirs\n")
    (image / "etc/frr").symlink_to("/srv/frr")
    assert host(image).read("/etc/frr/frr.conf") == "theirs\n"


def test_links_in_a_circle_are_an_error(places):
    image, _outside = places
    (image / "etc/frr").symlink_to("/etc/frr")
    with pytest.raises(NodeError, match=r"/etc/frr/frr\.conf cannot be used: it has too many links"):
        host(image).read("/etc/frr/frr.conf")


@pytest.mark.parametrize("speaker", ["frr", "bird", "gobgp"])
def test_the_module_writes_nothing_outside_of_the_image(places, speaker):
    image, outside = places
    for name in ("frr", "bird", "systemd", "network"):
        (image / "etc" / name).symlink_to(outside)
    (image / "var").symlink_to(outside)
    before = sorted(path.name for path in outside.rglob("*"))
    given = {"asn": 65003, "router_id": "192.168.2.1", "speaker": speaker, "root": str(image)}
    vip = {"addresses": ["172.30.0.1"]}
    assert run_module(node_peering, {**given, "vip": vip})["changed"]
    assert sorted(path.name for path in outside.rglob("*")) == before
    assert run_module(node_peering, {"state": "absent", "root": str(image)})["changed"]
    assert (outside / "frr.conf").read_text() == "secret of the machine\n"


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o757])
def test_a_link_in_a_directory_that_others_change_is_not_followed(places, mode):
    image, outside = places
    (image / "etc/frr").mkdir()
    (image / "etc/frr").chmod(mode)
    (image / "etc/frr/frr.conf").symlink_to(outside / "frr.conf")
    with pytest.raises(ValueError, match="a link in a directory that others than root may change"):
        paths.text(str(image / "etc/frr/frr.conf"))
    (image / "etc/frr/sub").symlink_to(outside)
    with pytest.raises(ValueError, match="a link in a directory that others than root may change"):
        paths.text(str(image / "etc/frr/sub/frr.conf"))


def test_neither_is_one_in_a_directory_of_another_user(places):
    image, outside = places
    if os.geteuid():
        pytest.skip("not root")
    (image / "etc/frr").mkdir()
    os.chown(image / "etc/frr", 65534, 65534)
    (image / "etc/frr/frr.conf").symlink_to(outside / "frr.conf")
    with pytest.raises(ValueError, match="a link in a directory that others than root may change"):
        paths.text(str(image / "etc/frr/frr.conf"))
    (image / "etc/frr/frr.conf").unlink()
    (image / "etc/frr/frr.conf").write_text("theirs\n")
    assert paths.text(str(image / "etc/frr/frr.conf")) == "theirs\n"


def test_a_link_in_a_directory_of_root_is_followed(places):
    image, outside = places
    for directory in (image / "etc", outside):
        directory.chmod(0o755)
    (image / "etc/frr.conf").symlink_to(outside / "frr.conf")
    relative = Path("../../outside/frr.conf")
    (image / "etc/relative.conf").symlink_to(relative)
    (image.parent / "root.conf").symlink_to(image / "etc/relative.conf")
    assert paths.text(str(image / "etc/frr.conf")) == "secret of the machine\n"
    assert paths.text(str(image.parent / "root.conf")) == "secret of the machine\n"


def test_what_is_no_file_or_too_large_is_an_error_at_once(places):
    image, _outside = places
    os.mkfifo(image / "etc/fifo")
    with pytest.raises(NodeError, match="/etc/fifo cannot be read: it is no file"):
        host(image).read("/etc/fifo")
    with pytest.raises(NodeError, match="/etc cannot be read"):
        host(image).read("/etc")
    with (image / "etc/large").open("wb") as file:
        file.truncate(paths.LARGEST + 1)
    with pytest.raises(NodeError, match="/etc/large cannot be read: it is larger than 16 MiB"):
        host(image).read("/etc/large")


@pytest.mark.parametrize("umask", [0o000, 0o027, 0o077])
def test_modes_do_not_depend_on_the_umask(places, umask):
    image, _outside = places
    before = os.umask(umask)
    try:
        target = host(image)
        write(target, "/etc/systemd/network/05-lo.network.d/60-kubefabric.conf")
    finally:
        os.umask(before)
    directories = [image / "etc/systemd", image / "etc/systemd/network", image / "etc/systemd/network/05-lo.network.d"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in directories] == [0o755] * 3
    assert stat.S_IMODE((directories[-1] / "60-kubefabric.conf").stat().st_mode) == 0o640
    assert stat.S_IMODE((image / "var/lib").stat().st_mode) == 0o755
    assert stat.S_IMODE((image / "var/lib/kubefabric").stat().st_mode) == 0o700
