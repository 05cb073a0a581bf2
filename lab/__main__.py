"""``python -m lab``: a virtual ACI fabric with Kubernetes clusters on this machine, from an inventory."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from lab import bringup, own_secrets, preflight, rehearsal, status
from lab.context import Lab
from lab.fabric.instance import Instance
from lab.hosts import access, install, links, switching
from lab.topology import Topology
from lab.words import counted

EXAMPLE = bringup.ROOT / "inventory"

console = Console(highlight=False)
STACKS = ", ".join(install.STACKS)


class _Complain(click.Group):
    """Turns the lab's errors into one message without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (RuntimeError, TimeoutError, OSError, ValueError) as error:
            raise click.ClickException(str(error)) from (error if os.environ.get("LAB_DEBUG") else None)


@click.group(cls=_Complain)
@click.option("--name", default="demo", show_default=True, help="The lab's name; labs of different names do not meet.")
@click.pass_context
def main(context: click.Context, name: str) -> None:
    """A virtual ACI fabric with Kubernetes clusters on this machine."""
    if not re.fullmatch(r"[a-z0-9]{1,12}", name):
        raise click.BadParameter("a lab's name has 1 to 12 lower-case letters and digits", param_hint="--name")
    context.obj = Lab(name)


@main.command()
@click.option("-i", "--inventory", default="inventory", type=click.Path(path_type=Path), show_default=True)
@click.option("--plans", type=click.Path(path_type=Path, file_okay=False), help="Take <cluster>/plan.yml from here.")
@click.option(
    "--fabric",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What the fabric has already; made up from the inventory where absent (docs/lab.md).",
)
@click.option("--fabric-only", is_flag=True, help="Leaves and nodes, no Kubernetes.")
@click.option(
    "--boot", multiple=True, metavar="NODE[:STACK]", help=f"Boot Debian on this node, or on `all`; STACK is {STACKS}."
)
@click.option(
    "--own-secrets/--given-secrets",
    "stand_ins",
    default=None,
    help="Secrets of the lab's own in place of the inventory's and $APIC_PASSWORD. Own ones unless given; the example "
    "inventory, which asks the lab for them, needs no stand-ins.",
)
@click.pass_obj
def up(
    lab: Lab,
    inventory: Path,
    plans: Path | None,
    fabric: Path | None,
    fabric_only: bool,
    boot: tuple[str, ...],
    stand_ins: bool | None,
) -> None:
    """Bring the lab to the inventory; what is there stays."""
    preflight.require_root()
    preflight.require_programs()
    with console.status("…") as spinner:
        topology = bringup.up(
            lab,
            inventory,
            plans,
            _reporter(spinner.update),
            control_plane=not fabric_only,
            boot=boot,
            described=fabric,
            secrets=_whose(inventory, stand_ins),
        )
    console.print(
        f"Lab [bold]{lab.name}[/] is up: {counted(len(topology.leaves), 'leaf')}, "
        f"{counted(len(topology.nodes), 'node')}, {counted(len(topology.clusters), 'cluster')}; "
        f"variables for Ansible in {lab.directory}/vars.yml"
    )
    print("Configure it with the command below; to verify it, put `verify` in place of `site`:")
    print(bringup.command(lab, "site", inventory))


def _whose(inventory: Path, wanted: bool | None) -> bringup.Secrets:
    """Whose secrets a lab has: as the options say; without one the lab's, and with stand-ins for any but its own."""
    if wanted is not None:
        return "own" if wanted else "given"
    return "example" if inventory.resolve() == EXAMPLE and own_secrets.takes_the_labs(inventory) else "own"


def _reporter(update: Callable[[str], None]) -> bringup.Report:
    def report(line: str) -> None:
        update(line)
        console.print(f"[dim]·[/] {escape(line)}")

    return report


@main.command()
@click.pass_obj
def down(lab: Lab) -> None:
    """Remove the lab: processes, namespaces, files. Nothing stays."""
    preflight.require_root()
    with console.status("…") as spinner:
        bringup.down(lab, _reporter(spinner.update))
    console.print(f"Lab [bold]{lab.name}[/] is gone.")


@main.command("status")
@click.pass_obj
def status_command(lab: Lab) -> None:
    """Leaves with their sessions, nodes, control planes, faults; exit code 1 if something does not run."""
    if not status.show(lab, bringup.topology_of(lab), console):
        sys.exit(1)


@main.command()
@click.pass_obj
def granted(lab: Lab) -> None:
    """What was made up for the rehearsal; with a fabric description, what the inventory presumes and it lacks."""
    rehearsal.show(lab, console)


@main.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def exec_command(lab: Lab, node: str, command: tuple[str, ...]) -> None:
    """Run a command at a NODE: leaf-101, leaf-101:TENANT:VRF, a node's name, switch, or cluster/NAME (kubectl)."""
    topology = bringup.topology_of(lab)
    argv, environment = resolve(lab, topology, node, command)
    os.execvpe(argv[0], argv, {**os.environ, **environment})


def resolve(lab: Lab, topology: Topology, node: str, command: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """What to execute for ``exec NODE -- COMMAND``, and with which environment. Raises Failed for an unknown NODE."""
    kind, _, rest = node.partition("/")
    if kind == "cluster" and rest in topology.clusters:
        path = f"{lab.directory / 'bin'}:{os.environ.get('PATH', '')}"
        return list(command), {"KUBECONFIG": str(lab.directory / f"{rest}.kubeconfig"), "PATH": path}
    if node == "switch":
        return ["ip", "netns", "exec", switching.namespace(lab), *command], {}
    leaf = re.fullmatch(r"leaf-(\d+)(?::(.+))?", node)
    if leaf:
        return _at_leaf(lab, int(leaf.group(1)), leaf.group(2), command), {}
    cluster, _, name = node.rpartition("/")
    found = topology.nodes.get(name)
    if found is None or (cluster and found.cluster != cluster):
        known = [*(f"leaf-{leaf}" for leaf in sorted(topology.leaves)), *topology.nodes, "switch"]
        known += [f"cluster/{name}" for name in topology.clusters]
        raise bringup.Failed(f"no {node} in lab {lab.name}; there are: {', '.join(known)}")
    if name in lab.read_state("hosts"):
        return ["ssh", "-F", str(access.configuration(lab)), name, "--", shlex.join(command)], {}
    return ["ip", "netns", "exec", lab.node_namespace(found.cluster, found.name), *command], {}


def _at_leaf(lab: Lab, leaf: int, vrf: str | None, command: tuple[str, ...]) -> list[str]:
    prefix = f"{lab.namespace(f'leaf-{leaf}')}-"
    deployed = [name.removeprefix(prefix) for name in links.namespaces(prefix)]
    if vrf is None and deployed:
        vrf = deployed[0]
    if vrf not in deployed:
        there = ", ".join(deployed) or "none"
        raise bringup.Failed(f"leaf {leaf} has no VRF {vrf or 'yet'}; deployed there: {there}")
    instance = Instance(lab, leaf, vrf)
    if command[0] == "vtysh":
        command = ("vtysh", "--vty_socket", str(instance.directory), *command[1:])
    return ["ip", "netns", "exec", instance.namespace, *command]


@main.command()
@click.argument("leaf")
@click.pass_obj
def cut(lab: Lab, leaf: str) -> None:
    """Pull all cables of LEAF (101 or leaf-101): it falls silent, no process ends."""
    _set_cut(lab, leaf, True)


@main.command()
@click.argument("leaf")
@click.pass_obj
def restore(lab: Lab, leaf: str) -> None:
    """Plug the cables of LEAF in again."""
    _set_cut(lab, leaf, False)


def _set_cut(lab: Lab, leaf: str, silent: bool) -> None:
    topology = bringup.topology_of(lab)
    number = leaf.removeprefix("leaf-")
    if not number.isdigit() or int(number) not in topology.leaves:
        raise bringup.Failed(f"no leaf {leaf} in lab {lab.name}; there are: {', '.join(map(str, topology.leaves))}")
    before = switching.cut_leaves(lab)
    after = before | {int(number)} if silent else before - {int(number)}
    switching.set_cut(lab, after)
    links = "down" if silent else "up"
    console.print(f"leaf {number}: all links are {links}{'' if before != after else ' (as before)'}")


@main.command()
def setup() -> None:
    """Install what the lab needs: Debian packages, the Kubernetes programs, APIC's class catalog."""
    preflight.require_root()
    from lab import setup as machine

    machine.ensure(lambda line: console.print(f"[dim]·[/] {escape(line)}"))


if __name__ == "__main__":
    main(prog_name="python -m lab")
