"""A CNI's speaker is asked where it can be: Calico's BIRD at its sockets, kube-router's GoBGP by its client."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import bird_socket, inspect
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import Host
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError

from .test_gobgp import PATH, PEER

PROTOCOLS = (
    "1002-{name} BGP      master   up     2026-11-20  Established   \n"
    "1006-  Routes:         2 imported, 1 exported, 2 preferred\n"
    "     BGP state:          Established\n"
    "       Neighbor address: {peer}\n"
    "       Neighbor AS:      65002\n"
    "0000 \n"
)
ROUTES = "1007-{prefix}  via {peer} on eth0 [{name} 13:53:20] * (100/0) [AS65002i]\n1012-\tBGP.as_path: 65002\n0000 \n"


class Bird(threading.Thread):
    """Answers like a BIRD at a socket: a greeting, then by the question; ``asked`` are the questions."""

    def __init__(self, path: Path, answers: dict[str, str]) -> None:
        super().__init__(daemon=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.answers, self.asked = answers, []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen()
        self.start()

    def run(self) -> None:
        connection, _address = self.listener.accept()
        with connection, connection.makefile("r") as questions:
            connection.sendall(b"0001 BIRD v0.3.3+birdv1.6.8 ready.\n")
            for question in questions:
                self.asked.append(question.strip())
                # in two pieces, as a long answer comes
                answer = self.answers.get(question.strip(), "0016 Access restricted\n").encode()
                connection.sendall(answer[:20])
                connection.sendall(answer[20:])


def bird(path: Path, peer: str, prefix: str, name: str = "Node_1") -> Bird:
    told = {"peer": peer, "prefix": prefix, "name": name}
    answers = {"show protocols all": PROTOCOLS, "show route all where source = RTS_BGP": ROUTES}
    return Bird(path, {question: answer.format(**told) for question, answer in answers.items()})


def host(root: Path, run=lambda _command: (1, "", "")) -> Host:
    return Host(run, str(root), live=True)


def test_both_families_of_calico_are_one_state_and_bird_is_asked_not_to_change(tmp_path):
    four = bird(tmp_path / "var/run/calico/bird.ctl", "192.168.2.201", "10.99.0.0/24")
    bird(tmp_path / "var/run/calico/bird6.ctl", "fd00:2::fffd", "fd00:99::/64")
    found = inspect.look(host(tmp_path), "auto", None, ["192.168.2.201", "fd00:2::fffd"], 0)
    assert (found["speaker"], found["missing"]) == ("calico", [])
    assert [item["prefix"] for item in found["routes"]] == ["10.99.0.0/24", "fd00:99::/64"]
    assert [item["prefixes_received"] for item in found["sessions"]] == [2, 2]
    assert four.asked[0] == "restrict"


def test_a_socket_without_an_answer_is_an_error(tmp_path):
    path = tmp_path / "var/run/calico/bird.ctl"
    path.parent.mkdir(parents=True)
    path.touch()
    with pytest.raises(NodeError) as caught:
        inspect.look(host(tmp_path), "calico", None, [], 0)
    assert str(caught.value) == f"BIRD does not answer at {path}: [Errno 111] Connection refused"


def test_a_speaker_that_does_not_answer_hides_no_other(tmp_path):
    (tmp_path / "var/run/calico").mkdir(parents=True)
    (tmp_path / "var/run/calico/bird.ctl").touch()
    for program in ("bird", "birdc"):
        (tmp_path / "usr/sbin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "usr/sbin" / program).touch()
    assert inspect.look(host(tmp_path), "auto", None, [], 0)["speaker"] == "bird"


def test_a_question_that_bird_refuses_is_an_error():
    with pytest.raises(NodeError, match=r"^BIRD refuses a question: syntax error$"):
        bird_socket.printed(b"9001 syntax error\n")


def kube_router(command: list[str]) -> tuple[int, str, str]:
    if command[1:3] == ["ps", "-q"]:
        return 0, "3f1c\n", ""
    assert command[:4] == ["/usr/bin/crictl", "exec", "3f1c", "gobgp"]
    answers = {"neighbor": [PEER], "ipv4": {"10.99.0.0/24": [PATH]}, "ipv6": {}}
    return 0, json.dumps(answers[command[-1]]), ""


def test_kube_router_is_asked_by_the_client_in_its_container(tmp_path):
    program = tmp_path / "usr/bin/crictl"
    program.parent.mkdir(parents=True)
    program.touch()
    found = inspect.look(host(tmp_path, kube_router), "kube_router", None, ["192.168.2.201"], 0)
    assert (found["missing"], [item["prefix"] for item in found["routes"]]) == ([], ["10.99.0.0/24"])


@pytest.mark.parametrize("client", ["usr/bin/gobgp", "usr/local/bin/gobgp"])
def test_kube_router_without_its_api_is_an_error(tmp_path, client):
    program = tmp_path / client
    program.parent.mkdir(parents=True)
    program.touch()
    with pytest.raises(NodeError) as caught:
        inspect.look(host(tmp_path), "kube_router", None, [], 0)
    assert str(caught.value) == (
        "kube-router's GoBGP does not answer at port 50051 (does it run with --gobgp-admin-port=0?)"
    )


ABSENT = {
    "calico": "there is no /var/run/calico/bird.ctl: calico-node does not run here, or not with BIRD",
    "kube_router": "there is neither a kube-router container that crictl knows nor a gobgp on this host to ask it with",
    "gobgp": "gobgp is not installed on this host",
}


@pytest.mark.parametrize(("name", "message"), ABSENT.items(), ids=ABSENT)
def test_a_speaker_that_is_not_there_is_named(tmp_path, name, message):
    with pytest.raises(NodeError) as caught:
        inspect.look(host(tmp_path), name, None, [], 0)
    assert str(caught.value) == message


def test_a_host_without_a_speaker_gives_no_answer(tmp_path):
    found = inspect.look(host(tmp_path), "auto", None, [], 0)
    assert found == {"speaker": None, "missing": [], "sessions": [], "routes": []}
