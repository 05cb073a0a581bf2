"""``python -m lab.fabric --lab NAME``: all leaves of a lab, until interrupted."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path

import click

from lab.context import Lab
from lab.fabric.agent import serve
from lab.fabric.controller import Controller, File, Source


@click.command()
@click.option("--lab", "name", default="demo", show_default=True, help="The lab's name.")
@click.option(
    "--tree", type=click.Path(exists=True, path_type=Path), help="Read the configuration from a file instead."
)
def main(name: str, tree: Path | None) -> None:
    """Play the leaves of a lab from what its APIC says."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    lab = Lab(name)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serve(lab, _source(lab, tree), stop.is_set)


def _source(lab: Lab, tree: Path | None) -> Source:
    if tree is not None:
        return File(tree)
    state = lab.read_state("apic")
    if not state:
        raise click.ClickException(f"lab {lab.name} has no APIC: run `python -m lab --name {lab.name} up`")
    return Controller(state["url"], Path(state["ca"]))


if __name__ == "__main__":
    main()
