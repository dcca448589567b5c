"""Where weights come from, and that those which do not fit are refused."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from recipe.runtime.detection import weights
from recipe.runtime.detection.family import DetectionFamily
from recipe.runtime.detection.weights import find_weights
from recipe.runtime.family import ModelFacts
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.facts import Weights
from recipe.schemas.models.yolov8 import YOLOv8
from tests.runtime.detection.harness import Trained, interrupted, make_recipe, train

AUTO = YOLOv8(size="n", weights="auto")


def look(**changes: object) -> ModelFacts:
    recipe = make_recipe(**changes)
    return DetectionFamily().look_at_model(recipe, DetectionFamily().look_at_data(recipe))


def refusal(**changes: object) -> str:
    with pytest.raises(RecipeError) as raised:
        look(**changes)
    (problem,) = raised.value.diagnostics
    assert problem.code == "R606"
    assert problem.path == ("model", "weights")
    return problem.message


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A web server on this machine that has a big and a small file."""
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "yolov8n.pt").write_bytes(b"x" * 1_000_001)
    (folder / "yolov8s.pt").write_bytes(b"<html>no such release</html>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=folder)

        def log_message(self, *args): ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cache"


def test_none(empty_cache: Path):
    assert find_weights(YOLOv8(size="n", weights="none")) == Weights(path=None, reason="asked for")


def test_offline_gives_the_reason(empty_cache: Path):
    found = find_weights(AUTO)
    assert found.path is None
    assert "RECIPE_OFFLINE" in found.reason


def test_finds_a_file_in_the_working_directory_and_prefers_the_cache(empty_cache: Path, tmp_path: Path):
    (tmp_path / "yolov8n.pt").write_bytes(b"here")
    assert find_weights(AUTO).path == str(tmp_path / "yolov8n.pt")
    (empty_cache / "weights").mkdir(parents=True)
    (empty_cache / "weights" / "yolov8n.pt").write_bytes(b"cached")
    assert find_weights(AUTO).path == str(empty_cache / "weights" / "yolov8n.pt")


def test_downloads(empty_cache: Path, server: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("RECIPE_OFFLINE")
    monkeypatch.setattr(weights, "RELEASE", server)
    found = find_weights(AUTO)
    assert found.path == str(empty_cache / "weights" / "yolov8n.pt")
    assert found.sha256 is not None
    assert [path.name for path in (empty_cache / "weights").iterdir()] == ["yolov8n.pt"]


@pytest.mark.parametrize(("size", "said"), [("s", "only 28 bytes"), ("m", "404")])
def test_failed_downloads_leave_nothing(
    empty_cache: Path, server: str, monkeypatch: pytest.MonkeyPatch, size: str, said: str
):
    monkeypatch.delenv("RECIPE_OFFLINE")
    monkeypatch.setattr(weights, "RELEASE", server)
    found = find_weights(YOLOv8(size=size, weights="auto"))
    assert found.path is None
    assert said in found.reason
    assert not list((empty_cache / "weights").iterdir())


def test_a_file_that_is_not_there(tmp_path: Path):
    assert "there is no file" in refusal(**{"model.weights": str(tmp_path / "none.pt")})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"import os"])
def test_a_file_that_is_no_checkpoint(tmp_path: Path, content: bytes):
    (tmp_path / "it's.pt").write_bytes(content)
    assert "no checkpoint" in refusal(**{"model.weights": str(tmp_path / "it's.pt")})


def test_a_pickle_that_runs_code_is_not_run(tmp_path: Path):
    import torch

    class Evil:
        def __reduce__(self):
            return Path.touch, (tmp_path / "owned",)

    torch.save({"model": Evil()}, tmp_path / "evil.pt")
    assert "no checkpoint" in refusal(**{"model.weights": str(tmp_path / "evil.pt")})
    assert not (tmp_path / "owned").exists()


def test_weights_of_another_size_are_refused_with_numbers(two_epochs: Trained):
    best = str(two_epochs.outcome.best)
    assert "34 of 262 tensors outside the class head" in refusal(**{"model.size": "s", "model.weights": best})


def test_refused_in_training_too(two_epochs: Trained, tmp_path: Path):
    changes = {"model.size": "s", "model.weights": str(two_epochs.outcome.best)}
    with pytest.raises(RecipeError) as raised:
        train(tmp_path, **changes)
    assert raised.value.diagnostics[0].code == "R606"


def test_weights_are_what_training_begins_with(two_epochs: Trained, tmp_path: Path):
    best = two_epochs.outcome.best
    facts = look(**{"model.weights": str(best)})
    assert facts.weights.path == str(best)
    reporter = interrupted(tmp_path, (0, 0), **{"model.weights": str(best)})
    assert reporter.effective["model.weights"] == str(best)
    assert "Transferred 355/355 items" in (tmp_path / "log.txt").read_text(encoding="utf-8")


def test_resumed_run_still_knows_its_weights(two_epochs: Trained, tmp_path: Path):
    changes = {"model.weights": str(two_epochs.outcome.best)}
    interrupted(tmp_path, (2, 1), **changes)
    assert interrupted(tmp_path, (0, 0), **changes).effective["model.weights"] == changes["model.weights"]


def test_fingerprints_are_those_of_the_facts(two_epochs: Trained):
    family, recipe = DetectionFamily(), make_recipe(**{"model.weights": str(two_epochs.outcome.best)})
    dataset = family.look_at_data(recipe)
    weights = family.look_at_model(recipe, dataset).weights
    assert family.fingerprints(recipe) == {"dataset": dataset.fingerprint, "weights": weights.sha256}
    assert family.fingerprints(make_recipe()) == {"dataset": dataset.fingerprint}
