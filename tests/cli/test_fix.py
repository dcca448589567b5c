"""`recipe validate --fix`: what can only be meant one way is corrected, and nothing else changes."""

import difflib
import json
import re
import shutil
import stat
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from recipe.cli.fix import apply, fix_file
from recipe.cli.main import run
from recipe.cli.outcome import check_file
from recipe.compiler.compile import Request
from recipe.schemas.diagnostics import Edit, Span
from tests.conftest import MINIMAL, ROOT

TRAIN = MINIMAL + "train: {%s}\n"
CLASSIFY = """\
recipe: 1
name: c
task: classification
data: {train: data/train, val: data/val}
model: ResNet18
%s
"""


def fixed(file, sets=()):
    return fix_file(Request(str(file), (), tuple(sets), {}))


def errors(file):
    return check_file(Request(str(file), (), (), {})).errors


SAFE = {
    "misspelt key": (MINIMAL + "optimiser: AdamW  # ours\n", [("optimiser", "optimizer")]),
    "another case": (MINIMAL + "Optimizer: {type: SGD, LR: 0.1}\n", [("Optimizer", "optimizer"), ("LR", "lr")]),
    "quoted key": (MINIMAL + '"optimiser": AdamW\n', [('"optimiser"', '"optimizer"')]),
    "json": ('{"recipe":1,"name":"j","task":"detection","data":{"source":"builtin:shapes"},"model":{"type":"YOLOv8","size":"n"},"sede":3}', [('"sede"', '"seed"')]),
    "key of a profile": (MINIMAL + "profiles: {a: {train: {epocs: 30}}}\n", [("epocs", "epochs")]),
    "section of the language": (MINIMAL + "profile: {a: {seed: 1}}\n", [("profile:", "profiles:")]),
    "a misspelt key in a misspelt section": (MINIMAL + "trian: {epocs: 30}\n", [("trian", "train"), ("epocs", "epochs")]),
    "name from another tool": (TRAIN % "num_train_epochs: 30, max_grad_norm: 1.0", [("num_train_epochs", "epochs"), ("max_grad_norm", "clip_grad_norm")]),
    "number for text": (MINIMAL.replace("minimal", "1.10"), [("1.10", '"1.10"')]),
    "yes and off": (TRAIN % "amp: yes" + "hardware: {deterministic: Off}\n", [("yes", "true"), ("Off", "false")]),
    "quoted truth": (TRAIN % "amp: 'true'", [("'true'", "true")]),
    "quoted number": (TRAIN % 'epochs: "30", close_mosaic: 3', [('"30"', "30")]),
    "underscores": (TRAIN % "epochs: 1_000", [("1_000", "1000")]),
    "float for a whole number": (TRAIN % "epochs: 1e2", [("1e2", "100")]),
    "the key that names the class": (MINIMAL + "optimizer: {typ: SGD, lr: 0.1}\ntrackers: [{name: MLflow}]\n", [("typ:", "type:"), ("{name:", "{type:")]),
    "a required key": (MINIMAL.replace("name:", "nmae:"), [("nmae:", "name:")]),
    "word in another case": (MINIMAL + "optimizer: adamw\nhardware: {tier: LOW}\ntrackers: [tensorboard]\n", [("adamw", "AdamW"), ("LOW", "low"), ("tensorboard", "TensorBoard")]),
    "said twice": (MINIMAL + "seed: 3\nseed: 3\n# end\n", [("seed: 3\nseed: 3\n", "seed: 3\n")]),
    "said twice at the end": (MINIMAL + "train:\n  epochs: 30\n  epochs: 30", [("  epochs: 30\n  epochs: 30", "  epochs: 30\n")]),
    "task of another tool": (MINIMAL.replace("task: detection", "task: detect"), [("task: detect\n", "task: detection\n")]),
    "a metric by another name": (CLASSIFY % "gates: [{metric: val_accuracy, min: 0.9}]", [("val_accuracy", "val/accuracy")]),
}  # fmt: skip


@pytest.mark.parametrize("dressed", ["plain", "crlf", "bom", "cr"])
@pytest.mark.parametrize("case", SAFE, ids=SAFE.keys())
def test_what_can_only_be_meant_one_way_is_corrected(tmp_path, case, dressed):
    text, changes = SAFE[case]
    expected = text
    for old, new in changes:
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    dress = {
        "plain": lambda said: said.encode(),
        "crlf": lambda said: said.replace("\n", "\r\n").encode(),
        "bom": lambda said: b"\xef\xbb\xbf# \xf0\x9f\x98\x80\n" + said.encode(),
        "cr": lambda said: said.replace("\n", "\r").encode(),
    }[dressed]
    file = tmp_path / "r.yaml"
    file.write_bytes(dress(text))
    before = errors(file)
    assert before
    outcome = fixed(file)
    assert outcome.errors == []
    assert file.read_bytes() == dress(expected)
    assert errors(file) == []
    assert fixed(file).fixed == ()


UNSAFE = {
    "two that are near": MINIMAL + "augment: {hsv_x: 0.1}\n",
    "a short word": MINIMAL + "optimizer: {type: AdamW, lt: 0.1}\n",
    "a part of a name": TRAIN % "warmup: 3",
    "the right key is there": TRAIN % "epochs: 30, epocs: 40",
    "two keys for one setting": TRAIN % "epocs: 30, num_train_epochs: 40",
    "another meaning": TRAIN % "batch: 16",
    "another section": MINIMAL + "epochs: 30\n",
    "another type": MINIMAL + "optimizer: {type: AdamW, nesterov: true}\n",
    "two numbers": TRAIN % "epochs: 017",
    "hexadecimal": TRAIN % "epochs: 0x1F",
    "a misspelt word": MINIMAL + "scheduler: LinearDcay\n",
    "two values": MINIMAL + "seed: 1\nseed: 2\n",
    "a comment would be lost": MINIMAL + "seed: 1\nseed: 1  # why\n",
    "truth for text": MINIMAL.replace("minimal", "true"),
    "underscores in text": MINIMAL.replace("minimal", "1_000"),
    "a key that would be of another type": MINIMAL + "optimizer: {type: AdamW, beta: 0.9}\n",
    "a fraction": TRAIN % "epochs: 2.5",
    "a merge key": MINIMAL + "<<: {seed: 1}\n",
    "no yaml": "a: [1\n",
    "reference": "vars: {n: '3'}\n" + TRAIN % "epochs: '${vars.n}'",
}


@pytest.mark.parametrize("case", UNSAFE, ids=UNSAFE.keys())
def test_what_could_be_meant_otherwise_is_left_alone(tmp_path, case):
    file = tmp_path / "r.yaml"
    file.write_text(UNSAFE[case])
    before, codes = file.stat(), errors(file)
    assert codes
    outcome = fixed(file)
    assert (outcome.fixed, outcome.errors) == ((), codes)
    assert file.read_text() == UNSAFE[case]
    assert file.stat().st_ino == before.st_ino


@pytest.mark.parametrize("safe", sorted(SAFE.keys() - {"json", "key of a profile"}))
def test_a_fix_stays_out_of_other_mistakes(tmp_path, safe):
    """What is left is a part of what was there, and the lines that are wrong otherwise stay as they are."""
    rest = "vars: {a: 017, b: 0x1F}\n"
    file = tmp_path / "r.yaml"
    file.write_text(SAFE[safe][0].rstrip("\n") + "\n" + rest)
    before = Counter(errors(file))
    outcome = fixed(file)
    assert Counter(outcome.errors) < before
    assert file.read_text().endswith(rest)


def test_a_valid_file_is_not_written(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_text(MINIMAL)
    before = file.stat()
    assert fixed(file).fixed == ()
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_mode_of_the_file_stays(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_text(MINIMAL + "optimiser: AdamW\n")
    file.chmod(0o640)
    assert fixed(file).fixed
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["r.yaml"]


def test_a_link_stays_a_link(tmp_path):
    file, link = tmp_path / "r.yaml", tmp_path / "link.yaml"
    file.write_text(MINIMAL + "optimiser: AdamW\n")
    link.symlink_to(file)
    assert fixed(link).fixed
    assert link.is_symlink()
    assert "optimizer" in file.read_text()


def test_a_file_that_is_read_only_is_told_of(tmp_path, monkeypatch):
    file = tmp_path / "r.yaml"
    file.write_text(MINIMAL + "optimiser: AdamW\n")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everything
    outcome = fixed(file)
    assert outcome.errors == ["R402", "R005"]
    assert "optimiser" in file.read_text()


def test_a_disk_that_refuses_is_told_of(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    file = tmp_path / "r.yaml"
    file.write_text(MINIMAL + "optimiser: AdamW\n")
    monkeypatch.setattr("recipe.cli.fix.write_atomically", refuse)
    outcome = fixed(file)
    assert (outcome.errors, outcome.fixed) == (["R402", "R005"], ())
    assert "No space left" in outcome.diagnostics[-1].message


def test_files_that_are_extended_are_left_alone_unless_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text("optimiser: AdamW\n")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\nsede: 3\n" + MINIMAL)
    assert run(["validate", "mine.yaml", "--fix"]) == 1
    assert (tmp_path / "base.yaml").read_text() == "optimiser: AdamW\n"
    assert (tmp_path / "mine.yaml").read_text() == "extends: base.yaml\nseed: 3\n" + MINIMAL
    assert "mine.yaml:2: fixed: rename `sede` to `seed`" in capsys.readouterr().out


def test_edits_of_the_command_line_are_not_made(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_text(MINIMAL)
    outcome = fixed(file, ["sede=1"])
    assert (outcome.errors, outcome.fixed) == (["R402"], ())
    assert file.read_text() == MINIMAL


def test_many_fixes_in_one_go(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_text(
        MINIMAL.replace("minimal", "007.5")
        + "optimiser: {type: adamw, learning_rate: 0.1}\ntrain:\n    epocs: '3'  # three\n"
        "    close_mosiac: 1.0\n    amp: no\n    amp: no\n"
    )
    outcome = fixed(file)
    assert outcome.errors == ["R209"]
    assert file.read_text().endswith(
        "optimizer: {type: AdamW, lr: 0.1}\ntrain:\n    epochs: 3  # three\n    close_mosaic: 1\n    amp: false\n"
    )


def test_what_was_fixed_is_told_in_each_format(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    told = {}
    for format_ in ("full", "concise", "json", "github", "sarif"):
        (tmp_path / "r.yaml").write_text(MINIMAL + "optimiser: AdamW\n")
        assert run(["validate", "r.yaml", "--fix", "--format", format_]) == 0
        told[format_] = capsys.readouterr().out
    assert told["full"].splitlines()[0] == "r.yaml:6: fixed: rename `optimiser` to `optimizer`"
    assert told["concise"] == told["full"]
    assert json.loads(told["json"])["fixed"] == [{"line": 6, "title": "rename `optimiser` to `optimizer`"}]
    assert told["github"] == "::notice file=r.yaml,line=6,title=fixed::rename `optimiser` to `optimizer`\n"
    assert json.loads(told["sarif"])["runs"][0]["results"] == []


def test_missing_files_are_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["validate", "nope.yaml", "--fix"]) == 2
    assert "error[R002]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "span", "text", "expected"),
    [
        (b"abc", (1, 2), "XY", b"aXYc"), (b"a\r\nb\r\nc", (2, 3), "X", b"a\r\nX\r\nc"), (b"a\r\nb\r\nc", (2, 4), "", b"a\r\nc"),
        (b"a\rb", (2, 3), "X", b"a\rX"), (b"\xef\xbb\xbfab", (0, 1), "X", b"\xef\xbb\xbfXb"), ("ü😀x".encode(), (2, 3), "y", "ü😀y".encode()),
        (b"ab", (2, 2), "c", b"abc"), (b"\n\r\n\rx", (3, 4), "y", b"\n\r\n\ry"),
    ],
)  # fmt: skip
def test_edits_count_in_the_normalised_text(data, span, text, expected):
    assert apply(data, (Edit(Span(0, *span), text),)) == expected


def test_the_command_line_fixes_as_a_process(cli, recipe_file):
    file = recipe_file(MINIMAL + "optimiser: AdamW  # mine\n")
    done = cli("validate", file, "--fix")
    assert done.returncode == 0, done.stderr
    assert file.read_text() == MINIMAL + "optimizer: AdamW  # mine\n"


def swapped(word, random):
    at = random.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


MISTAKES = {
    "two letters change places": lambda line, random: re.sub(r"\w{3,}(?=:)", lambda m: swapped(m[0], random), line, count=1),
    "a letter is lost": lambda line, random: re.sub(r"\w(\w+)(?=:)", r"\1", line, count=1),
    "a letter stands twice": lambda line, random: re.sub(r"(\w)(\w*)(?=:)", r"\1\1\2", line, count=1),
    "another case": lambda line, random: re.sub(r"[a-z_]+(?=:)", lambda m: m[0].upper(), line, count=1),
    "dashes": lambda line, random: re.sub(r"[a-z]+_[a-z_]+(?=:)", lambda m: m[0].replace("_", "-"), line, count=1),
    "quotes": lambda line, random: re.sub(r"(?<=: )[0-9.]+", lambda m: f"'{m[0]}'", line, count=1),
    "a decimal point": lambda line, random: re.sub(r"(?<=: )[0-9]+(?=[,}\s])", lambda m: f"{m[0]}.0", line, count=1),
    "an underscore": lambda line, random: re.sub(r"(?<=: )[1-9][0-9]+(?=[,}\s])", lambda m: f"{m[0][0]}_{m[0][1:]}", line, count=1),
    "yes and no": lambda line, random: line.replace("true", "yes").replace("false", "off"),
    "small letters": lambda line, random: re.sub(r"(?<=type: )\w+", lambda m: m[0].lower(), line, count=1),
    "twice": lambda line, random: line + line,
}  # fmt: skip


LONG = """\
recipe: 1
name: long   # a comment
task: classification
seed: 30
data: {train: data/train, val: data/val}
model: {type: ResNet18, pretrained: true}
optimizer:
  type: SGD
  lr: 0.01     # another
  momentum: 0.9
  weight_decay: 0.0001
  nesterov: true
scheduler: {type: StepLR, step_size: 30, gamma: 0.1}
loss: {type: CrossEntropyLoss, label_smoothing: 0.1}
train:
  epochs: 90
  batch_size: 128
  clip_grad_norm: 1.5
  early_stopping: {monitor: val/accuracy, patience: 20, min_delta: 0.01}
hardware: {workers: 2, deterministic: false}
gates: [{metric: val/accuracy, min: 0.7}]
"""
SHIPPED = (ROOT / "recipes" / "yolo_competition.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("meant", [LONG, SHIPPED], ids=["long", "shipped"])
def test_a_corrected_recipe_is_the_one_that_was_meant(tmp_path, meant, mistake):
    """Each line with a mistake in it: after --fix the recipe stands for the same run, or is still invalid."""
    lines, file, random = meant.splitlines(keepends=True), tmp_path / "r.yaml", Random(mistake)
    file.write_text(meant, encoding="utf-8")
    digest, corrected = check_file(Request(str(file))).checked.digest, 0
    for number, line in enumerate(lines):
        wrong = MISTAKES[mistake](line, random)
        if wrong == line or line.lstrip().startswith("#"):
            continue
        text = "".join([*lines[:number], wrong, *lines[number + 1 :]])
        file.write_text(text, encoding="utf-8")
        before = check_file(Request(str(file)))
        outcome = fix_file(Request(str(file)))
        after = file.read_text(encoding="utf-8")
        assert Counter(outcome.errors) < Counter(before.errors) or after == text
        assert not (before.checked and after != text)
        if after != text and outcome.checked:
            corrected += 1
            assert outcome.checked.digest == digest, (wrong, outcome.fixed)
            kept = set(difflib.ndiff(text.splitlines(), after.splitlines()))
            assert sum(change.startswith("- ") for change in kept) <= len(outcome.fixed)
    assert corrected or (meant, mistake) == (SHIPPED, "yes and no")  # it has neither


def test_no_bad_recipe_gets_worse(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "tests" / "bad", tmp_path / "bad")
    monkeypatch.chdir(tmp_path / "bad")
    for file in sorted(Path().rglob("*.y*ml")):
        data, before = file.read_bytes(), check_file(Request(str(file), (), (), {}))
        outcome = fixed(file)
        if file.read_bytes() == data:
            assert (outcome.fixed, outcome.errors) == ((), before.errors), file
        else:
            assert outcome.fixed
            assert Counter(outcome.errors) < Counter(before.errors), file
