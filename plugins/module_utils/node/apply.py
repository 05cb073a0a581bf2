# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings one host to its state: read, compute, check, write, reload, look, and go back where sessions were lost."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from ..common import masking
from ..contract.findings import numbered
from . import checks, files, inspect, model, packages, record, speakers, tell, uplink, vrf
from .host import Host, facts
from .recover import look, recover
from .speaker import Command, File, NodeError, Speaker
from .vip import Vip, detect, elsewhere, live_commands

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject, Options, Record
    from .vip import Facts


@dataclass
class Work:
    """What there is to do on a host, computed before anything is done."""

    speaker: Optional[Speaker]
    config: Optional[model.Config]
    changes: List[files.Change]
    network: List[Command] = field(default_factory=list)
    addresses: List[Command] = field(default_factory=list)
    uplink: List[uplink.Step] = field(default_factory=list)
    way: Optional[JsonObject] = None  # the record's note of the uplink
    leaving: Optional[Speaker] = None  # a speaker that was ours and is no longer wanted
    left: bool = False  # it was told to go: going back has to start it anew
    restart: bool = False
    start: bool = False  # its service does not run, or not from the boot on
    vrf: Optional[str] = None

    def main(self) -> Optional[files.Change]:
        """The change of the speaker's main file, if there is one."""
        return self._main(self.speaker)

    def shutdown(self) -> List[Command]:
        """What lets the leaving speaker say goodbye."""
        main = self._main(self.leaving)
        return self.leaving.shutdown_commands(main.before or "") if self.leaving and main else []

    def _main(self, speaker: Optional[Speaker]) -> Optional[files.Change]:
        found = [change for change in self.changes if speaker and change.path == speaker.configuration]
        return found[0] if found else None

    @property
    def changed(self) -> bool:
        return bool(self.changes or self.addresses or self.uplink or self.start)


def bring(host: Host, options: Options, check: bool) -> JsonObject:
    """The module's result. Raises NodeError where the host cannot be brought to the state; it has its old one then."""
    if options["state"] == "present":
        found = checks.mistakes(options)
        if found:
            raise NodeError("the options are wrong:\n" + numbered(found))
    with files.alone(host, make=options["state"] == "present" and not check):
        return _bring(host, options, check)


def _bring(host: Host, options: Options, check: bool) -> JsonObject:
    if options["state"] == "present":
        vrf.refuse(host, options)
    recovered = recover(host, check)
    installed = _install(host, options, check) if options["state"] == "present" else False
    work = _absent(host) if options["state"] == "absent" else _present(host, options, installed and check)
    result: Dict[str, Any] = {
        "changed": work.changed or recovered or installed,
        "recovered": recovered,
        "installed": installed,
    }
    result.update(files=[change.path for change in work.changes], diff=tell.diff(work.changes), missing=[])
    result["restarts"] = bool(work.changed and (work.restart or work.leaving))
    result.update(tell.hints(work.speaker, work.config, work.way))
    if work.changed and not (installed and check):
        _stage_and_check(host, work, keep=not check)
        result.update(_do(host, work, options) if not check else {})
    return result


# -- before -------------------------------------------------------------------------------------------


def _install(host: Host, options: Options, check: bool) -> bool:
    """Install the speaker's packages where its programs are missing; True if they were, or would be."""
    speaker = speakers.of(host)[options["speaker"]]
    if not host.live or not packages.missing(host, speaker):
        return False
    if not options["install"]:
        wanted = " and ".join(speaker.packages)
        raise NodeError(f"{speaker.name} is not installed: install {wanted}, or let the module do it (install: true)")
    command = packages.command(host, speaker, options["version"])
    if not check:
        packages.install(host, speaker, command)
    return True


# -- what there is to do ------------------------------------------------------------------------------


def _present(host: Host, options: Options, blank: bool) -> Work:
    config, speaker, known = model.build(options), speakers.of(host)[options["speaker"]], record.load(host)
    _refuse_version(host, speaker, config, blank)
    gathered = facts(host, options["vip"]["interface"])
    vip = _vip(config, options, gathered, known)
    texts = {path: text for path in speaker.reads() for text in [host.read(path)] if text is not None}
    _refuse_foreign(speaker, texts, known, options["adopt"])
    way, steps, way_files = uplink.prepare(host, options["uplink"], known["uplink"])
    network = [*vip.files(gathered), *way_files, *vrf.files(config.vrf, speaker.service)]
    ours = [_change(host, file) for file in [*network, *speaker.render(config, texts)]]
    entries, saves = record.keep_originals(host, known, ours)
    gone = [path for path in known["files"] if path not in {change.path for change in ours}]
    back = [change for path in gone for change in _given_back(host, path, entries.pop(path), known)]
    noted = {"speaker": speaker.name, "files": entries, "vip": _noted_vip(vip), "uplink": way}
    changes = _real(host, [*saves, *back, *ours, record.change(host, noted)])
    work = Work(speaker, config, changes, uplink=steps, way=way, leaving=_leaving(host, known, speaker), vrf=config.vrf)
    return _live(host, work, vip, known, gathered) if host.live and not blank else work


def _vip(config: model.Config, options: Options, gathered: Facts, known: Record) -> Vip:
    option = options["vip"]
    manager = option["manager"]
    if manager == "auto":
        same = known["vip"]["manager"] and known["vip"]["interface"] == option["interface"]
        manager = known["vip"]["manager"] if same else detect(gathered, option["interface"])
    taken = elsewhere(config.vips, option["interface"], gathered)
    if taken:
        raise NodeError("vip.addresses: " + "; ".join(taken))
    absent = gathered.interfaces and option["interface"] not in gathered.interfaces
    if absent and config.vips and not option["interface"].startswith("dummy"):
        raise NodeError(f"vip.interface: there is no {option['interface']} on this host; give lo, or one that is")
    return Vip(config.vips, option["interface"], manager)


def _noted_vip(vip: Vip) -> JsonObject:
    return {"addresses": list(vip.addresses), "interface": vip.interface, "manager": vip.manager}


def _leaving(host: Host, known: Record, speaker: Optional[Speaker]) -> Optional[Speaker]:
    before = speakers.of(host).get(known["speaker"] or "")
    return before if before and before is not speaker else None


def _refuse_foreign(speaker: Speaker, texts: Dict[str, str], known: Record, adopt: bool) -> None:
    path = speaker.configuration
    if path in known["files"] or adopt or not speaker.is_foreign_config(texts.get(path, "")):
        return
    raise NodeError(
        f"{path} was written by others, and is not empty. With adopt: true it is replaced, saved in "
        f"{record.saved_path(path)}, and restored with state: absent."
    )


def _refuse_version(host: Host, speaker: Speaker, config: model.Config, blank: bool) -> None:
    command = speaker.version_command()
    objection = speaker.objection(config, host.ask(command)) if command and host.live and not blank else None
    if objection:
        raise NodeError(f"{objection}. Nothing was changed.")


def _absent(host: Host) -> Work:
    known = record.load(host)
    back = [change for path, entry in known["files"].items() for change in _given_back(host, path, entry, known)]
    work = Work(None, None, _real(host, [*back, record.change(host, None)]), leaving=_leaving(host, known, None))
    if not host.live or not known["speaker"]:
        return work
    noted = known["vip"]
    work.uplink = uplink.prepare(host, None, known["uplink"])[1]
    vip = Vip((), noted["interface"], noted["manager"] or "systemd")
    return _live(host, work, vip, known, facts(host, noted["interface"]))


def _refuse_masked(host: Host, speaker: Speaker) -> None:
    """Raise NodeError where systemd never starts the speaker."""
    if host.ask(["systemctl", "is-enabled", speaker.service]).strip().startswith("masked"):
        raise NodeError(
            f"{speaker.service}.service is masked, so systemd never starts it. To allow it: systemctl "
            f"unmask {speaker.service}, and run again. Nothing was changed."
        )


def _given_back(host: Host, path: str, entry: Optional[JsonObject], known: Record) -> List[files.Change]:
    """As record.give_back; of a file that others write too only our lines go back."""
    if host.masked(path):  # its administrator's by now
        saved = record.saved_path(path)
        return [files.Change(saved, host.read(saved), None)] if entry else []
    changes = record.give_back(host, path, entry)
    speaker = speakers.of(host).get(known["speaker"] or "")
    text = speaker.release(path, changes[0].before or "", changes[0].after or "") if speaker and entry else None
    if text is not None:
        changes[0] = files.Change(path, changes[0].before, text, **(entry or {}))
    return changes


def _change(host: Host, file: File) -> files.Change:
    return files.Change(file.path, host.read(file.path), file.text, file.mode, file.owner, file.group)


def _real(host: Host, changes: List[files.Change]) -> List[files.Change]:
    """Those that change something: the text, or who may read it. No message of the host may repeat their secrets."""
    for change in changes:
        host.secrets |= masking.values(change.before or "", change.path)
        host.secrets |= masking.values(change.after or "", change.path)
    return [change for change in changes if change.before != change.after or _differs(host, change)]


def _differs(host: Host, change: files.Change) -> bool:
    if change.after is None:
        return False
    found = os.stat(host.path(change.path))
    try:
        owner = files.ids(host, change)
    except KeyError:
        owner = None
    return stat.S_IMODE(found.st_mode) != change.mode or bool(owner and owner != (found.st_uid, found.st_gid))


def _live(host: Host, work: Work, vip: Vip, known: Record, gathered: Facts) -> Work:
    """Add the commands that a running host needs."""
    touched = {change.path for change in work.changes}
    noted = known["vip"]
    network_files = {file.path for file in vip.files(gathered)}
    network_files |= {path for path in known["files"] if "kubefabric-vip" in path}
    if touched & network_files:
        work.network = vip.reload_commands()
    reload = ["systemctl", "daemon-reload"]
    if any(vrf.MARK in path for path in touched) and reload not in work.network:
        work.network = [*work.network, reload]
    if any(uplink.UPLINK in path for path in touched):
        more = [command for note in (known["uplink"], work.way) if note for command in uplink.reload_commands(note)]
        work.network += [command for number, command in enumerate(more) if command not in work.network + more[:number]]
    work.addresses = live_commands(vip.addresses, tuple(noted["addresses"]), vip.interface, gathered)
    if noted["interface"] != vip.interface:
        work.addresses += live_commands((), tuple(noted["addresses"]), noted["interface"], gathered)
    if work.speaker:
        _refuse_masked(host, work.speaker)
        work.start = not inspect.serves(host, work.speaker)
        restarts = work.speaker.restarts
        work.restart = any(restarts(item.path, item.before or "", item.after or "") for item in work.changes)
    return work


# -- doing it -----------------------------------------------------------------------------------------


def _stage_and_check(host: Host, work: Work, keep: bool) -> None:
    """Write the new files beside the old ones and let the speaker's checker read its own. In check mode (``keep`` is
    false) that one alone is written, if its directory is there, and removed again."""
    main = work.main()
    if not keep and main and not host.exists(os.path.dirname(main.path)):
        return
    staged = work.changes if keep else [main] if main else []
    files.stage(host, staged)
    try:
        if main and work.speaker:
            _check(host, work.speaker, main)
    except NodeError:
        files.discard(host, staged)
        raise
    if not keep:
        files.discard(host, staged)


def _check(host: Host, speaker: Speaker, change: files.Change) -> None:
    command = speaker.check_command(files.staged(host.path(change.path)))
    if not host.live and shutil.which(command[0]) is None:
        return  # an image, made where there is no such speaker: nothing can check it
    try:
        host.do(command)
    except NodeError as error:
        raise NodeError(f"{speaker.name} refuses the new {change.path}; nothing was changed. {error}") from error


def _do(host: Host, work: Work, options: Options) -> JsonObject:
    if not host.live:
        files.commit(host, work.changes)
        files.finish(host, work.changes)
        return {}
    kept = _kept(host, work)
    files.commit(host, work.changes)
    try:
        _activate(host, work)
        lost = inspect.lost(host, work.speaker, work.vrf, kept, options["deadline"]) if kept and work.speaker else []
        if lost and options["rollback"]:
            raise NodeError("sessions were lost: " + "; ".join(inspect.told(item) for item in lost))
    except NodeError as error:
        _go_back(host, work, error)
    files.finish(host, work.changes)
    return inspect.outcome(host, work.speaker, work.config) if work.speaker and work.config else {}


def _kept(host: Host, work: Work) -> Dict[str, JsonObject]:
    """The established sessions that the new configuration wants, too."""
    if work.speaker is None or work.config is None or work.start:
        return {}
    before = inspect.established(host, work.speaker, work.vrf)
    return {peer: found for peer, found in before.items() if inspect.wanted(peer, work.config)}


def _activate(host: Host, work: Work) -> None:
    host.relabel([change.path for change in work.changes])
    if work.leaving:
        work.left = True
        for command in work.shutdown():  # while its addresses are there; a speaker that does not run needs none
            _attempt(host, command)
    # a stack that reads its files first sets addresses and routes itself, and doing it once more is an error then
    host.do_all([*work.addresses, *[done for done, _undone in work.uplink], *work.network])
    if work.leaving:
        host.do_all([["systemctl", "disable", "--now", work.leaving.service]])
    if not work.speaker:
        return
    if work.start:
        host.do_all([["systemctl", "enable", work.speaker.service], ["systemctl", "restart", work.speaker.service]])
    else:
        host.do_all(_reload(host, work, back=False))
    if not host.succeeds(["systemctl", "is-active", "--quiet", work.speaker.service]):
        raise NodeError(f"{work.speaker.service} does not run: journalctl -u {work.speaker.service} says why")


def _reload(host: Host, work: Work, back: bool) -> List[Command]:
    """What makes the running speaker take its new files, or (``back``) the old ones again."""
    main = work.main()
    if work.speaker is None or not (main or work.restart):
        return []
    old, new = (main.before or "", main.after or "") if main else ("", "")
    now, then = (new, old) if back else (old, new)
    stale = [] if work.restart else inspect.stale_keys(host, work.speaker, now, then)
    return [*stale, *work.speaker.reload_commands(now, then, work.restart)]


def _go_back(host: Host, work: Work, reason: NodeError) -> None:
    """The old files, the old addresses, the old speaker; then fail with the reason."""
    files.noted(host, lambda: look(host))  # for the next run, if this one ends on its way back
    files.restore(host)
    troubles = [trouble for command in _way_back(host, work) for trouble in _attempt(host, command)]
    files.forget(host)
    files.discard(host, work.changes)
    after = f" Restoring failed, too: {'; '.join(troubles)}" if troubles else ""
    raise NodeError(f"{reason}. The old files and addresses are restored.{after}") from reason


def _way_back(host: Host, work: Work) -> List[Command]:
    commands = [undone for _done, undone in reversed(work.uplink)]
    opposite = {"add": "del", "del": "add"}
    for command in reversed(work.addresses):
        if command[:2] == ["ip", "address"]:
            commands.append(["ip", "address", opposite[command[2]], *command[3:]])
    commands += work.network
    if work.leaving and work.left:
        service = work.leaving.service
        commands += [["systemctl", "enable", service], ["systemctl", "restart", service]]
    if work.speaker and work.start:
        commands.append(["systemctl", "disable", "--now", work.speaker.service])
    else:
        commands += _reload(host, work, back=True)
    return commands


def _attempt(host: Host, command: Command) -> List[str]:
    try:
        host.do(command)
    except NodeError as error:
        return [str(error)]
    return []
