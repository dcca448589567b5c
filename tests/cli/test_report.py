"""`recipe report`, and the page that a run writes by itself: real runs by the real command line."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

RECIPE = """\
recipe: 1
name: digits
task: classification
data: {train: "builtin:digits", limit_per_class: 3}
model: {type: TorchvisionModel, name: shufflenet_v2_x0_5}
train: {epochs: EPOCHS, batch_size: 30}
hardware: {device: cpu, workers: 0}
report: {plots: false}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of two epochs, and what it printed."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "recipe.yaml").write_text(RECIPE.replace("EPOCHS", "2"))
    return folder, command(folder, "run", "recipe.yaml", "--set", "report.plots=true")


def start(folder, *words):
    environment = {**os.environ, "RECIPE_OFFLINE": "1", "NO_COLOR": "1", "RECIPE_CACHE": str(folder / "cache")}
    line = [sys.executable, "-m", "recipe", *words]
    return subprocess.Popen(
        line, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def command(folder, *words):
    process = start(folder, *words)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def page_of(folder):
    (page,) = folder.glob("runs/digits/*/report.html")
    return page


def test_a_run_leaves_its_page_and_says_where(finished):
    folder, said = finished
    page = page_of(folder)
    assert f"report             {page.relative_to(folder)}\n" in said
    text = page.read_text()
    for part in (">finished<", ">Confusion<", ">loss<", "http-equiv=\"Content-Security-Policy\"", "loss.png"):  # fmt: skip
        assert part in text
    assert 'http-equiv="refresh"' not in text
    pictures = sorted(file.name for file in page.parent.glob("artifacts/*.png"))
    assert pictures == ["accuracy.png", "confusion_matrix.png", "learning_rates.png", "loss.png"]


def test_report_writes_the_same_page_anew(finished):
    folder, _ = finished
    page = page_of(folder)
    before = page.read_text()
    page.unlink()
    assert command(folder, "report", "digits") == f"wrote {page.relative_to(folder)}\n"
    assert _without_files(page.read_text()) == _without_files(before)


def _without_files(text):
    """`result.json` is written behind the page."""
    return text.partition("<h2>Files</h2>")[0]


def test_a_page_elsewhere_links_to_the_run(finished):
    folder, _ = finished
    (folder / "pages").mkdir(exist_ok=True)
    out = command(folder, "report", "digits", "-o", "pages/a.html", "--format", "json")
    document = json.loads(out)
    assert document == {"ok": True, "run": str(page_of(folder).parent), "report": str(folder / "pages" / "a.html")}
    link = f"../{page_of(folder).parent.relative_to(folder)}/metrics.csv"
    assert f'href="{link}"' in (folder / "pages" / "a.html").read_text()


@pytest.mark.parametrize(("words", "code"), [(("nothing",), "R621"), (("digits", "-o", "no/where.html"), "R005")])
def test_what_cannot_be_reported_is_told(finished, words, code):
    folder, _ = finished
    process = start(folder, "report", *words)
    _, err = process.communicate(timeout=60)
    assert f"error[{code}]" in err
    assert process.returncode != 0


def test_a_page_is_there_while_the_run_goes_on_and_after_it_was_killed(tmp_path):
    (tmp_path / "recipe.yaml").write_text(RECIPE.replace("EPOCHS", "500"))
    process = start(tmp_path, "run", "recipe.yaml")
    try:
        assert "running" in _state_once_there(tmp_path, process)
        assert 'http-equiv="refresh"' in page_of(tmp_path).read_text()
        command(tmp_path, "report", "digits")
        assert 'class="state running"' in page_of(tmp_path).read_text()
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    command(tmp_path, "report", "digits")
    text = page_of(tmp_path).read_text()
    assert 'class="state interrupted"' in text
    assert 'http-equiv="refresh"' not in text


def _state_once_there(folder, process):
    deadline = time.monotonic() + 90
    while not list(folder.glob("runs/digits/*/report.html")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return page_of(folder).read_text()


@pytest.mark.slow
def test_a_run_that_is_stopped_says_so_on_its_page(tmp_path):
    (tmp_path / "recipe.yaml").write_text(RECIPE.replace("EPOCHS", "500"))
    process = start(tmp_path, "run", "recipe.yaml")
    _state_once_there(tmp_path, process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=90)
    assert process.returncode == 130
    assert 'class="state interrupted"' in page_of(tmp_path).read_text()
