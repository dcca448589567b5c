"""Every recipe in `tests/bad` gives the codes, lines and columns that `tests/bad/expected.csv` has for it, and no other.

The table was written by hand, from the language; `tests/bad/README.md` says which file stands for which kind of mistake.
"""

import contextlib
import csv
import io
import json
import os
import re
import shlex
import shutil
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from recipe.cli import main as command_line
from recipe.schemas.codes import CODES
from tests.conftest import MINIMAL, ROOT

CORPUS = ROOT / "tests" / "bad"


class Row(NamedTuple):
    """A line of the table: `source` is the file, or the argument, that the place is in."""

    code: str
    line: str
    column: str
    source: str


def read_table():
    rows, arguments = defaultdict(list), {}
    with (CORPUS / "expected.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            rows[row["file"]].append(Row(row["code"], row["line"], row["column"], row["in"] or row["file"]))
            arguments[row["file"]] = shlex.split(row["arguments"])
    return rows, arguments


EXPECTED, ARGUMENTS = read_table()


@pytest.fixture(autouse=True)
def in_the_corpus(monkeypatch):
    monkeypatch.chdir(CORPUS)


def validate(*words):
    """The JSON document of `recipe validate`; nothing else may be printed."""
    with contextlib.redirect_stdout(io.StringIO()) as stdout, contextlib.redirect_stderr(io.StringIO()) as stderr:
        command_line.run(["validate", *map(str, words), "--format", "json"])
    assert stderr.getvalue() == ""
    return json.loads(stdout.getvalue())


def rows_of(document):
    return sorted(_row(found) for found in document["diagnostics"])


def _row(found):
    assert found["labels"], f"{found['code']} has no place"
    place = found["labels"][0]
    start, source = place["start"], place["file"]
    name = source if source.startswith("--") else Path(source).name
    return Row(found["code"], str(start["line"]), str(start["column"]), name)


def test_the_table_lists_every_file():
    assert sorted(path.name for path in CORPUS.glob("*.yaml")) == sorted(EXPECTED)
    assert len(EXPECTED) >= 120


def test_every_code_of_validate_is_there_twice_and_at_most_five_times():
    files = {code: {file for file, rows in EXPECTED.items() for row in rows if row.code == code} for code in CODES}
    special = [code for _, code in SPECIAL.values()]
    for code in CODES:
        if code[:2] in ("R1", "R2", "R3", "R4", "R5", "R7"):
            assert len(files[code]) + special.count(code) >= 2, code
            assert len(files[code]) <= 5, code


@pytest.mark.parametrize("file", EXPECTED)
def test_each_mistake_has_its_code_and_its_place(file):
    assert rows_of(validate(file, *ARGUMENTS[file])) == sorted(EXPECTED[file])


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\ufeff"], ids=["crlf", "cr", "byte-order-mark"])
def test_line_ends_and_a_byte_order_mark_move_no_place(tmp_path, monkeypatch, line_end):
    monkeypatch.chdir(shutil.copytree(CORPUS, tmp_path / "bad"))
    readable = [file for file in EXPECTED if "R102" not in {row.code for row in EXPECTED[file]}]
    for file in readable:
        text = Path(file).read_bytes().decode()
        text = line_end + text if line_end == "\ufeff" else text.replace("\n", line_end)
        Path(file).write_bytes(text.encode())
    wrong = [file for file in readable if rows_of(validate(file, *ARGUMENTS[file])) != sorted(EXPECTED[file])]
    assert not wrong


def test_the_folder_at_once_as_a_process(cli):
    done = cli("validate", CORPUS, "--format", "json")
    assert done.returncode == 1
    assert done.stderr == ""
    found = {Path(document["file"]).name: document for document in json.loads(done.stdout)}
    plain = [file for file in EXPECTED if not ARGUMENTS[file]]
    assert sorted(found) == sorted(EXPECTED)
    assert [file for file in plain if rows_of(found[file]) != sorted(EXPECTED[file])] == []


@pytest.mark.parametrize("format_", ["full", "concise"])
def test_no_mistake_shows_a_traceback_or_reaches_the_terminal_raw(cli, format_):
    done = cli("validate", CORPUS, "--format", format_)
    assert "Traceback" not in done.stderr
    assert "R901" not in done.stderr
    assert not set(done.stderr) & {"\x1b", "\x00", "\x85", "\u2028", "\u200b"}


def bomb(levels):
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def write(text):
    return lambda file: file.write_text(text, encoding="utf-8")


def fifty_megabytes(file):
    with file.open("wb") as handle:
        handle.truncate(50_000_000)


def extends(parent):
    return write(f"extends: [{parent}]\n{MINIMAL}")


def extends_a_pipe(file):
    os.mkfifo(file.with_name("pipe.yaml"))
    extends("pipe.yaml")(file)


SPECIAL = {
    "a pipe": (os.mkfifo, "R003"),
    "a device": (lambda file: file.symlink_to("/dev/zero"), "R003"),
    "a link into nothing": (lambda file: file.symlink_to("nowhere.yaml"), "R002"),
    "fifty megabytes": (fifty_megabytes, "R101"),
    "one byte too many": (write("#" * ((1 << 20) + 1)), "R101"),
    "a line of a megabyte": (write(MINIMAL + "seed: " + "x" * 1_000_000), "R404"),
    "a key of a megabyte": (write(MINIMAL + '"' + "x" * 1_000_000 + '": 1\n'), "R104"),
    "an alias bomb of 12 levels": (write(bomb(12)), "R202"),
    "a list of 400,000 items": (write("a: [" + "1," * 400_000 + "]"), "R202"),
    "100,000 levels of lists": (write("a: " + "[" * 100_000), "R203"),
    "100,000 levels of maps": (write("a: " + "{b: " * 100_000), "R203"),
    "an integer of 5,000 digits": (write(MINIMAL + "seed: " + "9" * 5000 + "\n"), "R210"),
    "a float of 5,000 digits": (write(MINIMAL + "optimizer: {type: SGD, lr: 1" + "0" * 5000 + ".5}\n"), "R210"),
    "a lone surrogate as an escape": (write(MINIMAL + 'description: "\\ud800"\n'), "R104"),
    "UTF-16 without a byte-order mark": (lambda file: file.write_bytes(MINIMAL.encode("utf-16-le")), "R103"),
    "extends a pipe": (extends_a_pipe, "R301"),
    "extends a device": (extends("/dev/zero"), "R301"),
    "extends a file of the system": (extends("../" * 20 + "etc/passwd"), "R301"),
}
"""What is not in the repository because it is large, or is no file: how to make it, and the code it gives."""


@pytest.mark.parametrize("case", SPECIAL)
def test_what_is_hostile_ends_soon_and_with_a_code(tmp_path, case):
    make, code = SPECIAL[case]
    file = tmp_path / "recipe.yaml"
    make(file)
    began = time.monotonic()
    document = validate(file)
    assert time.monotonic() - began < 5  # half a second on an idle machine
    assert [found["code"] for found in document["diagnostics"]] == [code]


ACCEPTED = {
    "1e-3 is a number": "optimizer: {type: AdamW, lr: 1e-3}",
    "1e3 is a number": "optimizer: {type: AdamW, lr: 1e3}",
    "no is a text": "description: no",
    "on is a text": "description: on",
    "12:30:45 is a text": "description: 12:30:45",
    "2024-01-01 is a text": "description: 2024-01-01",
    "1.2.3 is a text": "description: 1.2.3",
    "quoted, a number is a text": 'description: "1.10"',
    "quoted, every character is welcome": "description: '\u3000\uff1a\u200b\xa0'",
    "in a comment, every character is welcome": "seed: 1  # \u3000\uff1a\u200b\xa0",
    "one anchor, several aliases": "augment: {hsv_h: &a 0.5, hsv_s: *a, hsv_v: *a}",
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_only_looks_wrong_is_accepted(tmp_path, case):
    file = tmp_path / "recipe.yaml"
    file.write_text(f"{MINIMAL}{ACCEPTED[case]}\n", encoding="utf-8")
    document = validate(file)
    assert document["ok"]
    assert [found for found in document["diagnostics"] if found["code"] != "R511"] == []


def test_the_readme_names_what_there_is():
    rows = (CORPUS / "README.md").read_text(encoding="utf-8").partition("|---|---|\n")[2].splitlines()
    cells = [row.split("|")[2] for row in rows]
    assert all(cell.strip() for cell in cells)
    files = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    cases = {name for cell in cells for name in re.findall(r'"([^"]+)"', cell)}
    assert {name for name in files if not name.startswith("test_")} <= {Path(file).stem for file in EXPECTED}
    assert {name for name in files if name.startswith("test_")} <= set(globals())
    assert cases <= {*SPECIAL, *ACCEPTED}


def test_a_value_of_the_environment_is_not_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("A_SECRET", "hunter2")
    file = tmp_path / "recipe.yaml"
    file.write_text(MINIMAL + "train: {epochs: '${env:A_SECRET}'}\n", encoding="utf-8")
    document = validate(file)
    assert [found["code"] for found in document["diagnostics"]] == ["R404"]
    assert "hunter2" not in json.dumps(document)


def test_shipped_recipes_and_examples_are_valid(cli):
    done = cli("validate", ROOT / "recipes", ROOT / "examples")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
