"""The fabric that a lab stands for: described in a file, or made up from the plans. And the tables that say which."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lab.context import Lab
from lab.fabric_description import cabling, load, made_up, presumed
from lab.fabric_description.model import Description
from lab.topology import Topology


@dataclass(frozen=True)
class Fabric:
    """A description, and whether it is the real fabric's. ``file`` "": it was made up.

    ``granted``: rows of what was made up; ``lacking``: rows of what the plans presume and the description has not.
    """

    description: Description
    file: str = ""
    granted: tuple[tuple[str, ...], ...] = field(default=())
    lacking: tuple[tuple[str, ...], ...] = field(default=())


def fabric(topology: Topology, plans: list[dict], there: Description | None, file: str) -> Fabric:
    """The fabric for these plans: the one that is ``there`` by its ``file``, or a made-up one. Pure."""
    wanted = load.parse(made_up.document(topology, plans), "the made-up fabric")
    if there is None:
        rows = tuple((one.kind, one.name, one.place, one.source) for one in presumed.objects(wanted))
        return Fabric(wanted, granted=rows)
    found = presumed.lacking(wanted, there, topology.reflectors)
    lacking = tuple((one.kind, one.name, one.place, one.source, near) for one, near in found)
    return Fabric(there, file, lacking=lacking)


def cabled(topology: Topology, found: Fabric) -> Topology:
    """The topology on this fabric: a described one has leaves of its own."""
    return cabling.on(topology, found.description) if found.file else topology


def forget(lab: Lab) -> None:
    """No tables of an earlier rehearsal at the end of one that does not get as far."""
    (lab.directory / "rehearsal.json").unlink(missing_ok=True)


def note(lab: Lab, found: Fabric) -> None:
    """Keep the tables for the end of the rehearsal."""
    state = asdict(found)
    state.pop("description")
    lab.write_state("rehearsal", state)


def show(lab: Lab, console: Console) -> None:
    """Print what was taken for granted, or what the description lacks; nothing if no lab came up."""
    state = lab.read_state("rehearsal")
    granted, lacking, file = (state.get(key) for key in ("granted", "lacking", "file"))
    if granted:
        console.print(_table("Taken for granted", ("Object", "Name", "Where", "Named by"), granted))
        console.print(
            "These objects were made up from the inventory's own names, so a name that is wrong rehearses without a "
            "fault. Describe the fabric in a file and give it (FABRIC=file, --fabric file): docs/lab.md."
        )
    if lacking:
        headings = ("Object", "Name", "Where", "Named by", "Nearest there")
        console.print(_table(f"Not in {file}", headings, lacking))
        console.print("The inventory presumes these objects, and the described fabric does not have them.")
    elif file:
        console.print(f"Everything that the inventory presumes of the fabric is in {escape(file)}.")


def _table(title: str, headings: tuple[str, ...], rows: list[list[str]]) -> Table:
    table = Table(*headings, title=escape(title))
    for row in rows:
        table.add_row(*(escape(cell) or "-" for cell in row))
    return table
