"""`python3.11 deploy/rehearse.py`: follows deploy/Dockerfile.cpu step by step without a container engine.

What is copied, installed, set and run is read from the Dockerfile itself, so that a step that is wrong there is wrong
here. A fresh virtual environment takes the place of /app, a folder of its own that of the image. Then the demo is run
and the service is started and asked for its health, as a user who may write nowhere but in /data and /tmp: what a
read-only root file system leaves. Packages of the system are not installed; what lacks one would fail here too.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DOCKERFILE: Final = ROOT / "deploy/Dockerfile.cpu"
NOBODY: Final = 10001
PATIENCE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Steps:
    """Of a Dockerfile what can be followed here.

    Args:
        copies: (files, where) of the first stage.
        runs: its commands.
        environment: of the last stage.
        command: entry point and command together.
        health: of the health check.
    """

    copies: list[tuple[list[str], str]] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def steps_of(dockerfile: Path) -> Steps:
    """The steps, in their order."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    steps, stage = Steps(), 0
    for line in filter(None, map(str.strip, lines)):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stage += 1
        elif word == "COPY" and stage == 1:
            *files, where = rest.split()
            steps.copies.append((files, where))
        elif word == "RUN" and stage == 1:
            steps.runs.append(rest)
        elif word == "ENV":
            for name, _, value in (part.partition("=") for part in shlex.split(rest)):
                steps.environment[name] = value
        elif word in ("ENTRYPOINT", "CMD"):
            steps.command.extend(_listed(rest))
        elif word == "HEALTHCHECK":
            steps.health.extend(_listed(rest.split(" CMD ", 1)[1]))
    return steps


def main() -> int:
    steps = steps_of(DOCKERFILE)
    place = Path(tempfile.mkdtemp(prefix="open-the-eyes-rehearsal-"))
    try:
        _rehearse(steps, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    _say("rehearsal: every step held")
    return 0


def _rehearse(steps: Steps, place: Path) -> None:
    place.chmod(0o755)
    here = {"/app": place / "app", "/data": place / "data", "/weights": place / "weights", "/tmp": place / "tmp"}
    for name in ("/data", "/weights", "/tmp"):
        here[name].mkdir()
    _build(steps, place, here)
    as_user = _user(here["/data"], here["/tmp"])
    environment = {name: _moved(value, here) for name, value in steps.environment.items()}
    environment["PATH"] = environment["PATH"].replace("$PATH", "/usr/bin:/bin")
    environment["TMPDIR"] = str(here["/tmp"])

    began = time.time()
    _run([*as_user, "open-the-eyes", "demo", "-o", str(here["/data"] / "demo")], environment, here["/data"])
    pictures = sorted(path.name for path in (here["/data"] / "demo").glob("*.png"))
    if pictures != ["after.png", "before-after.png", "before.png"]:
        raise SystemExit(f"rehearsal: expected the demo's three pictures, got {pictures}.")
    _serve(steps, [*as_user], environment, here["/data"])
    written = [path for path in here["/app"].rglob("*") if path.lstat().st_mtime > began]
    if written:
        raise SystemExit(f"rehearsal: expected nothing written to /app, got {written[0]}.")
    _say(f"rehearsal: demo and service wrote to {here['/data'].name} and {here['/tmp'].name} alone")


def _build(steps: Steps, place: Path, here: dict[str, Path]) -> None:
    source = place / "source"
    source.mkdir()
    for files, where in steps.copies:
        for file in files:
            target = source / where / (Path(file).name if where in (".", "./") else "")
            if (ROOT / file).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / file, target, ignore=ignored, dirs_exist_ok=True)
            else:
                shutil.copy(ROOT / file, target)
    (place / "bin").mkdir()
    (place / "bin/python").symlink_to(sys.executable)  # the image's `python` is the one that runs this
    for command in steps.runs:
        path = os.pathsep.join([str(place / "bin"), os.environ["PATH"]])
        _run(["/bin/sh", "-ec", _moved(command, here)], os.environ | {"PATH": path}, source)


def _serve(steps: Steps, as_user: list[str], environment: dict[str, str], data: Path) -> None:
    """Makes a key, starts the service as the image does, but for the port, and runs the image's health check on it."""
    _run([*as_user, *steps.command[:1], "serve", "--new-key"], environment, data, quiet=True)
    command = [*as_user, *(word if word != "8000" else "0" for word in steps.command)]
    _say("$ " + shlex.join(command))
    service = subprocess.Popen(command, env=environment, cwd=data, stderr=subprocess.PIPE, text=True)
    try:
        port = _port(service)
        check = [*as_user, *(word.replace(":8000/", f":{port}/") for word in steps.health)]
        end = time.monotonic() + PATIENCE_SECONDS  # an engine of containers asks again and again, too
        while subprocess.run(check, env=environment, cwd=data, stderr=subprocess.DEVNULL, check=False).returncode:
            if time.monotonic() > end:
                raise SystemExit(f"rehearsal: expected a healthy service, asked in vain: {shlex.join(check)}")
            time.sleep(1.0)
        _say("$ " + shlex.join(check))
    finally:
        service.terminate()
        service.wait(30)
    if service.returncode not in (0, -15):
        raise SystemExit(f"rehearsal: expected the service to end in order, it left with {service.returncode}.")


def _port(service: subprocess.Popen[str]) -> int:
    end = time.monotonic() + PATIENCE_SECONDS
    for line in service.stderr or ():
        found = re.search(r"listening: http://\S+:(\d+)", line)
        if found:
            time.sleep(1.0)
            return int(found[1])
        if time.monotonic() > end:
            break
    raise SystemExit("rehearsal: expected the service to listen, it did not.")


def _user(*folders: Path) -> list[str]:
    """What makes a command run as somebody who owns these folders and nothing else; nothing, where that is not ours."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        _say("rehearsal: not root, or no setpriv: goes on as the user who runs it")
        return []
    for folder in folders:
        os.chown(folder, NOBODY, NOBODY)
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]


def _run(command: list[str], environment: dict[str, str], folder: Path, *, quiet: bool = False) -> None:
    _say("$ " + shlex.join(command))
    out = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, env=environment, cwd=folder, stdout=out, check=False)
    if done.returncode:
        raise SystemExit(f"rehearsal: expected 0, it left with {done.returncode}: {shlex.join(command)}")


def _moved(text: str, here: dict[str, Path]) -> str:
    """The image's folders as those that stand for them."""
    folders = "|".join(here)
    return re.sub(rf"(?<![\w/.])({folders})(?=[/:\s]|$)", lambda found: str(here[found[1]]), text)


def _listed(text: str) -> list[str]:
    return re.findall(r'"([^"]*)"', text)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
