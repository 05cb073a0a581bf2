"""``python -m lab.apic``: the controller's API alone, until it is interrupted."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
from aiohttp import web

from lab.apic import seed, state, tls
from lab.apic.auth import Sessions
from lab.apic.catalog import opened
from lab.apic.controller import Controller
from lab.apic.helpers import Helpers
from lab.apic.server import Api, application


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    address: str
    port: int
    state: Path | None
    tls_directory: Path
    catalog: Path | None
    release: str | None
    print_url: bool
    session_timeout: float
    token_file: Path | None
    fault_soaking: float
    fault_retaining: float


def _token(file: Path) -> str:
    """The token in a file. ValueError if it is empty: then nothing would be asked for."""
    token = file.read_text().strip()
    if not token:
        raise ValueError(f"{file} is empty: give a file with a token, or leave --token-file away")
    return token


def build(options: Options, password: str) -> web.Application:
    """The application with its store, read from the state file or seeded."""
    controller = Controller(opened(options.catalog, options.release))
    if options.state is None or not state.load(controller, options.state):
        seed.base(controller.store, password)
    controller.faults.soaking, controller.faults.retaining = options.fault_soaking, options.fault_retaining
    controller.boot()
    api = Api(controller, Sessions(controller.store, options.session_timeout))
    helpers = Helpers(api, _token(options.token_file) if options.token_file else "")
    saved = [-1]

    def on_change() -> None:
        if controller.store.revision == saved[0]:
            return
        saved[0] = controller.store.revision
        helpers.wake()
        if options.state is not None:
            state.save(controller, options.state)

    api.on_change = on_change
    on_change()
    return application(api, helpers.routes(), [helpers.injector.middleware])


async def serve(options: Options, password: str) -> None:
    """Serve until SIGINT or SIGTERM."""
    _, certificate, key = tls.ensure(options.tls_directory, options.address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(build(options, password), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, options.address, options.port, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    host = f"[{options.address}]" if ":" in options.address else options.address
    if options.print_url:
        click.echo(f"https://{host}:{port}")
    logging.getLogger("lab.apic").info("serving https://%s:%d", host, port)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


@click.command()
@click.option("--port", type=int, required=True, help="TCP port; 0 takes a free one (see --print-url).")
@click.option("--address", default="127.0.0.1", show_default=True)
@click.option("--state", type=click.Path(path_type=Path), help="Keep the configuration in this file over restarts.")
@click.option("--tls-directory", type=click.Path(path_type=Path), help="Where ca.pem and the certificate are kept.")
@click.option("--catalog", type=click.Path(path_type=Path), help="catalog.db of niwaki, if not in the lab's cache.")
@click.option("--release", help="Be of a release after the catalog's, such as 6.1(4h).")
@click.option("--print-url", is_flag=True, help="Print the URL on standard output once it serves.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Ask for the token in this file (header X-Lab-Token) below /lab, but for the counts of requests.",
)
@click.option("--session-timeout", default=600.0, show_default=True, help="Seconds until a token times out.")
@click.option("--fault-soaking", default=0.0, show_default=True, help="Seconds until a fault is raised (APIC: 120).")
@click.option(
    "--fault-retaining", default=0.0, show_default=True, help="Seconds that a fault outlives its cause (3600)."
)
def main(**arguments: object) -> None:
    """The APIC REST API of kubefabric.bgp's lab. User admin, password from $APIC_PASSWORD (default: password)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if arguments["tls_directory"] is None:
        arguments["tls_directory"] = Path(tempfile.mkdtemp(prefix="kubefabric-apic-"))
    try:
        asyncio.run(serve(Options(**arguments), os.environ.get("APIC_PASSWORD", "password")))  # type: ignore[arg-type]
    except (FileNotFoundError, ValueError) as problem:
        raise click.ClickException(str(problem)) from None


if __name__ == "__main__":
    main()
