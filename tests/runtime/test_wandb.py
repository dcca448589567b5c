"""Weights & Biases with its real library and its real process; what it writes is read back from its own files."""

import json
import os
import socket
import struct
import subprocess
import sys

import pytest

from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.trackers.wandb import WandB
from tests.conftest import ROOT
from tests.runtime.test_tracking import tracking

ALONE = """
import os, sys
from pathlib import Path
import psutil
import wandb
from recipe.schemas.trackers.wandb import WandB
from tests.runtime.test_tracking import tracking

hooks = sys.exit, sys.excepthook
tracked, warnings = tracking(Path(sys.argv[1]), WandB(project="p"))
tracked.effective()
tracked.log(1, {"a": 1.0})
(core,) = psutil.Process().children()
print(core.name(), "--no-observability" in core.cmdline(), wandb.run)
tracked.finish("finished", {"a": 1.0})
print(psutil.Process().children(), warnings, (sys.exit, sys.excepthook) == hooks, "WANDB_SERVICE" in os.environ)
"""


def blocks(data):
    """The records of a LevelDB log, in parts."""
    at = 7  # `:W&B`, two bytes of magic, a version
    while at + 7 <= len(data):
        if 32768 - at % 32768 < 7:
            at += 32768 - at % 32768
        _, length, place = struct.unpack_from("<IHB", data, at)
        yield place, data[at + 7 : at + 7 + length]
        at += 7 + length


def records(file):
    """What a `.wandb` file says."""
    from wandb.proto.wandb_internal_pb2 import Record

    whole = b""
    for place, part in blocks(file.read_bytes()):
        whole = whole + part if place in (3, 4) else part
        if place in (1, 4):
            yield Record.FromString(whole)


def read(folder):
    """The runs under a folder, oldest first: what each was begun with, its history, summary and exit code."""
    found = []
    for file in sorted(folder.glob("wandb/offline-run-*/run-*.wandb"), key=lambda file: file.stat().st_mtime_ns):
        said = list(records(file))
        begun = next(record.run for record in said if record.HasField("run"))
        found.append(
            {
                "id": begun.run_id,
                "about": (begun.project, begun.display_name, list(begun.tags)),
                "config": {item.key: json.loads(item.value_json) for item in begun.config.update},
                "notes": [record.run.notes for record in said if record.HasField("run")][-1],
                "steps": [record.history.step.num for record in said if record.HasField("history")],
                "history": [items(record.history.item) for record in said if record.HasField("history")],
                "summary": dict(
                    pair for r in said if r.HasField("summary") for pair in items(r.summary.update).items()
                ),
                "exit_code": next((r.exit.exit_code for r in said if r.HasField("exit")), None),
            }
        )
    return found


def items(entries):
    pairs = {"/".join(entry.nested_key) or entry.key: json.loads(entry.value_json) for entry in entries}
    return {name: value for name, value in pairs.items() if not name.startswith("_")}


def test_a_resumed_run_goes_on_under_its_id(tmp_path, monkeypatch):
    """What the user's environment says of Weights & Biases changes nothing that the recipe says."""
    monkeypatch.setenv("WANDB_PROJECT", "another")
    monkeypatch.setenv("WANDB_MODE", "online")
    secrets = {"description": "${env:TOKEN}"}
    for epoch, state in ((1, "interrupted"), (2, "finished")):
        tracked, warnings = tracking(tmp_path, WandB(project="p", tags=("x", "y")), secrets=secrets)
        values = tracked.effective()
        tracked.log(epoch, {"val/a": epoch / 2, "not": float("nan")})
        tracked.note(f"note {epoch}, not s3cret")
        location = tracked.locations()["WandB"]
        tracked.finish(state, {"val/a": 1.0} if state == "finished" else {})
        assert warnings == []
    assert values == {
        "trackers.0.type": "WandB",
        "trackers.0.project": "p",
        "trackers.0.entity": None,
        "trackers.0.mode": "offline",
        "trackers.0.tags": ["x", "y"],
    }
    first, second = read(tmp_path)
    assert location == f"wandb sync {tmp_path}/wandb/offline-run-*"
    assert first["id"] == second["id"]
    assert first["about"] == second["about"] == ("p", "small", ["x", "y"])
    assert second["config"]["optimizer.lr"] == 0.002
    assert second["config"]["description"] == "${env:TOKEN}"
    assert [row["val/a"] for row in first["history"] + second["history"]] == [0.5, 1.0]
    assert first["steps"] + second["steps"] == [1, 2]
    assert second["notes"] == "note 1, not ${env:TOKEN}\nnote 2, not ${env:TOKEN}"
    assert second["summary"]["best/val/a"] == 1.0
    assert (first["exit_code"], second["exit_code"]) == (255, 0)
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"s3cret" in file.read_bytes()]


def test_a_run_of_its_own_reaches_nothing_but_its_folder(tmp_path):
    """A server and proxy that nobody calls, a home that stays empty, no process that stays, and nothing printed."""
    home, run = tmp_path / "home", tmp_path / "run"
    home.mkdir()
    run.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        hosts = dict.fromkeys(("WANDB_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY"), url)
        environment = {**os.environ, **hosts, "HOME": str(home), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", ALONE, str(run)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
        with pytest.raises(TimeoutError):
            server.accept()
    assert done.stdout.splitlines() == ["wandb-core True None", "[] [] True False"]
    assert done.stderr == ""
    assert sorted(tmp_path.iterdir()) == [home, run]
    assert list(home.rglob("*wandb*")) == []
    assert sorted(path.name for path in run.iterdir()) == [".WandB-0", "wandb"]
    assert [record["exit_code"] for record in read(run)] == [0]


def test_its_process_may_die(tmp_path):
    """It is reported once, and no process or traceback is left for the end."""
    import psutil

    tracked, warnings = tracking(tmp_path, WandB(project="p"))
    tracked.effective()
    (core,) = [child for child in psutil.Process().children() if child.name() == "wandb-core"]
    core.kill()
    core.wait()
    for epoch in (1, 2, 3):
        tracked.log(epoch, {"a": 1.0})
    tracked.finish("finished", {})
    assert [warning.code for warning in warnings] == ["R807"]
    kept = [json.loads(line)["event"] for line in (tmp_path / "unsent-WandB-0.jsonl").read_text().splitlines()]
    assert kept[-1] == "finish"
    assert "WANDB_SERVICE" not in os.environ


def test_without_a_key_nothing_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    for name in ("WANDB_API_KEY", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    tracked, _ = tracking(tmp_path, WandB(project="p", mode="online"))
    with pytest.raises(RecipeError) as raised:
        tracked.effective()
    (problem,) = raised.value.diagnostics
    assert problem.code == "R803"
    assert "run `wandb login`, or set WANDB_API_KEY" in problem.message
    assert "WANDB_SERVICE" not in os.environ


@pytest.mark.parametrize("project", ["a/b", "a#b", "", "x" * 129])
def test_a_project_is_a_name_that_the_server_takes(project):
    with pytest.raises(ValueError, match="project"):
        WandB.model_validate_json(json.dumps({"project": project}))
