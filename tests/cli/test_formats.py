"""What `validate` prints, in each of its formats."""

import json
import re

import pytest

from recipe.cli.formats.sarif import rule_of
from recipe.cli.main import run
from recipe.schemas.codes import CODES
from tests.conftest import MINIMAL

THREE = MINIMAL + "optimiser: AdamW\ntrain: {epochs: many}\nseed: 1\nseed: 2\n"


@pytest.fixture
def validate(tmp_path, monkeypatch, capsys):
    """Run `recipe validate` in `tmp_path`; gives the exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*words):
        code = run(["validate", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def write(folder, **texts):
    for name, text in texts.items():
        file = folder / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


# ---- full and concise


def test_each_code_names_its_explanation_once(validate, tmp_path):
    write(tmp_path, one=MINIMAL + "optimiser: 1\nmodle: 1\n", two=MINIMAL + "sede: 1\nseed: -1\n")
    _, _, err = validate("one.yaml", "two.yaml")
    assert err.count("error[R402]") == 3
    assert err.count("more: recipe explain R402") == 1
    assert err.count("more: recipe explain R405") == 1


def test_everything_beside_the_text_stands_in_one_column(validate, tmp_path):
    write(tmp_path, one=MINIMAL + "seed: 1\n" + "#\n" * 5 + "seed: 2\n")
    _, _, err = validate("one.yaml")
    gutters = {min(line.index(sign) for sign in "┌│=" if sign in line) for line in err.splitlines()[1:]}
    assert gutters == {3}
    assert "\n 6 │ seed: 1\n" in err


def test_concise_has_one_line_for_a_problem(validate, tmp_path):
    write(tmp_path, one=THREE)
    _, out, err = validate("one.yaml", "--format", "concise")
    assert out == ""
    assert [line.split()[0] for line in err.splitlines()[:3]] == ["one.yaml:6:1:", "one.yaml:7:17:", "one.yaml:9:1:"]


def test_the_chain_of_extends_is_told(validate, tmp_path):
    write(tmp_path, mine="extends: base/mid.yaml\n" + MINIMAL)
    write(tmp_path / "base", mid="# how\nextends: [low.yaml]\n", low="train: {epocs: 3}\n")
    _, _, err = validate("mine.yaml")
    assert "┌─ base/low.yaml:1:9" in err
    assert err.index("came from `extends` in base/mid.yaml:2") < err.index("came from `extends` in mine.yaml:1")
    _, _, err = validate("mine.yaml", "--format", "concise")
    assert err.splitlines()[0] == "base/low.yaml:1:9: error[R402] `epocs` is not a key of `train`"
    _, out, _ = validate("mine.yaml", "--format", "json")
    (found,) = json.loads(out)["diagnostics"]
    assert [(step["file"], step["start"]["line"]) for step in found["origin"]] == [
        ("base/mid.yaml", 2),
        ("mine.yaml", 1),
    ]


def test_a_problem_of_the_file_itself_has_no_chain(validate, tmp_path):
    write(tmp_path, mine="extends: base.yaml\n" + MINIMAL + "modle: 1\n", base="seed: 1\n")
    _, out, err = validate("mine.yaml")
    assert "came from" not in err + out


def test_the_type_that_another_layer_said_is_shown(validate, tmp_path):
    write(
        tmp_path, mine="extends: base.yaml\n" + MINIMAL + "optimizer: {betas: [0.9, 0.99]}\n", base="optimizer: SGD\n"
    )
    _, _, err = validate("mine.yaml")
    assert "mine.yaml:7:13" in err
    assert "base.yaml:1:12" in err
    assert "the type is said here" in err


def test_both_sides_of_a_conflict_between_layers_are_shown(validate, tmp_path):
    base = "train: {epochs: 5, close_mosaic: 1}\n"
    write(tmp_path, mine="extends: base.yaml\n" + MINIMAL + "train: {early_stopping: {patience: 9}}\n", base=base)
    code, _, err = validate("mine.yaml")
    assert code == 0
    assert "warning[R502]" in err
    assert "┌─ mine.yaml:7:25" in err
    assert "┌─ base.yaml:1:17" in err
    assert "`train.epochs` is said here" in err


# ---- folders and sums


def test_a_folder_stands_for_the_recipes_below_it(validate, tmp_path):
    for name in ("b", "a", "deep/er/c", ".hidden/d", "deep/.e"):
        write(tmp_path / "r" / name, recipe=MINIMAL)
    (tmp_path / "r" / "z.yml").write_text(MINIMAL)
    (tmp_path / "r" / ".f.yaml").write_text("no recipe")
    (tmp_path / "r" / "notes.txt").write_text("no recipe")
    code, out, _ = validate("r")
    assert code == 0
    assert re.findall(r"^r/(\S+?)(?:/recipe.yaml)?: valid", out, re.MULTILINE) == ["a", "b", "deep/er/c", "z.yml"]
    assert out.splitlines()[-1] == "4 recipes valid"


def test_a_file_is_checked_once(validate, tmp_path):
    write(tmp_path, one=MINIMAL)
    _, out, _ = validate("one.yaml", "one.yaml", tmp_path / "one.yaml")
    assert out.count("one.yaml: valid") == 2  # by two names


def test_the_sum_says_how_many_are_invalid(validate, tmp_path):
    write(tmp_path / "r", one=MINIMAL, two=THREE, three=MINIMAL + "seed: x\n")
    code, out, _ = validate("r")
    assert code == 1
    assert out.splitlines()[-1] == "2 of 3 recipes invalid"


def test_a_folder_without_recipes_is_an_error(validate, tmp_path):
    (tmp_path / "empty").mkdir()
    code, out, err = validate("empty")
    assert (code, out) == (2, "")
    assert "error[R002]" in err


def test_the_gravest_exit_code_counts(validate, tmp_path):
    write(tmp_path, bad=THREE)
    assert validate("bad.yaml", "nope.yaml")[0] == 2
    assert validate("nope.yaml", "bad.yaml")[0] == 2


def test_all_profiles_are_looked_into(validate, tmp_path):
    write(tmp_path, one=MINIMAL + "profiles: {a: {sede: 1}, b: {train: {epocs: 1}}, c: {seed: 3}}\n")
    _, _, err = validate("one.yaml")
    assert "in the profile `a`" in err
    assert "in the profile `b`" in err
    assert "2 errors" in err


# ---- json


def test_json_is_one_document_for_one_file_and_a_list_otherwise(validate, tmp_path):
    write(tmp_path / "r", one=MINIMAL)
    assert json.loads(validate("r/one.yaml", "--format", "json")[1])["ok"] is True
    assert [each["file"] for each in json.loads(validate("r", "--format", "json")[1])] == ["r/one.yaml"]


def test_json_carries_fixes(validate, tmp_path):
    write(tmp_path, one=MINIMAL + "optimiser: AdamW\n")
    (found,) = json.loads(validate("one.yaml", "--format", "json")[1])["diagnostics"]
    start, end = {"line": 6, "column": 1}, {"line": 6, "column": 10}
    edit = {"file": "one.yaml", "start": start, "end": end, "text": "optimizer"}
    assert found["fixes"] == [{"title": "rename `optimiser` to `optimizer`", "safe": True, "edits": [edit]}]


# ---- fingerprints


def fingerprints(validate, file):
    return [found["fingerprint"] for found in json.loads(validate(file, "--format", "json")[1])["diagnostics"]]


def test_fingerprints_outlive_moves_and_renames(validate, tmp_path):
    moved = MINIMAL.replace("name: minimal", "# note\nname: minimal") + "\n\noptimiser: AdamW\nseed: 1\n"
    write(tmp_path, one=MINIMAL + "optimiser: AdamW\n", two=moved)
    assert fingerprints(validate, "one.yaml") == fingerprints(validate, "two.yaml")


def test_fingerprints_tell_problems_apart(validate, tmp_path):
    write(tmp_path, one=MINIMAL + "optimiser: 1\nmodle: 1\ntrain: {epochs: x, modle: 1}\n")
    assert len(set(fingerprints(validate, "one.yaml"))) == 4


# ---- github


def unescaped(text):
    for escape, char in (("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, char)
    return text


def commands(out):
    """The commands of a log, read as GitHub reads them."""
    found = []
    for line in out.splitlines():
        level, properties, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()
        pairs = dict(pair.split("=", 1) for pair in properties.split(","))
        found.append((level, {name: unescaped(value) for name, value in pairs.items()}, unescaped(message)))
    return found


def test_github_annotates_each_problem(validate, tmp_path):
    write(tmp_path, one=THREE)
    code, out, err = validate("one.yaml", "--format", "github")
    assert (code, err) == (1, "")
    first, _, last = commands(out)
    place = {
        "file": "one.yaml",
        "line": "6",
        "endLine": "6",
        "col": "1",
        "endColumn": "10",
        "title": "R402 unknown-key",
    }
    assert first[:2] == ("error", place)
    assert "did you mean `optimizer`?" in first[2].splitlines()
    assert "first said here: one.yaml:8" in last[2].splitlines()


def test_github_warns_of_warnings(validate, tmp_path):
    write(tmp_path, one=MINIMAL + "train: {epochs: 5, close_mosaic: 5}\n")
    code, out, _ = validate("one.yaml", "--format", "github")
    assert code == 0
    assert commands(out)[0][0] == "warning"


def test_github_names_get_escaped(validate, tmp_path):
    write(tmp_path, **{"a,b:c%": MINIMAL + '"x%0A\\nfile=y,": 1\n'})
    _, out, _ = validate("a,b:c%.yaml", "--format", "github")
    assert len(out.splitlines()) == 1
    assert "file=a%2Cb%3Ac%25.yaml,line=6" in out
    ((_, properties, message),) = commands(out)
    assert properties["file"] == "a,b:c%.yaml"
    assert message.startswith("`x%0A\nfile=y,` is not a key")


def test_github_gets_columns_only_on_one_line(validate, tmp_path):
    write(tmp_path, one=MINIMAL + "seed:\n  - 1\n  - 2\n")
    ((_, properties, _),) = commands(validate("one.yaml", "--format", "github")[1])
    assert (properties["line"], properties["endLine"]) == ("7", "8")
    assert not {"col", "endColumn"} & set(properties)


def test_github_shows_what_an_option_did_at_the_file(validate, tmp_path):
    write(tmp_path, one=MINIMAL)
    ((_, properties, message),) = commands(validate("one.yaml", "--set", "seed=x", "--format", "github")[1])
    assert properties == {"file": "one.yaml", "title": "R404 wrong-type"}
    assert "in `seed=x`" in message


# ---- sarif


def check_sarif(document):
    """The properties that SARIF 2.1.0 and GitHub's code scanning require, by hand."""
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-2.1.0.json")
    (run_,) = document["runs"]
    driver = run_["tool"]["driver"]
    assert driver["name"] == "recipe"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")
    for result in run_["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        assert len(result["locations"]) == 1
        for location in [*result["locations"], *result.get("relatedLocations", ())]:
            check_location(location["physicalLocation"])
        for related in result.get("relatedLocations", ()):
            assert related["message"]["text"]
        for fix in result.get("fixes", ()):
            assert fix["description"]["text"]
            for change in fix["artifactChanges"]:
                assert change["artifactLocation"]["uri"]
                assert change["replacements"][0]["deletedRegion"]["startLine"] >= 1
                assert "text" in change["replacements"][0]["insertedContent"]
    for invocation in run_["invocations"]:
        assert isinstance(invocation["executionSuccessful"], bool)
        for notification in invocation.get("toolConfigurationNotifications", ()):
            assert notification["message"]["text"]
            assert notification["descriptor"]["id"] in CODES
    prints = [
        (result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], result["partialFingerprints"]["primaryLocationLineHash"])
        for result in run_["results"]
    ]  # fmt: skip
    assert len(set(prints)) == len(prints)
    return run_


def check_location(location):
    uri, region = location["artifactLocation"]["uri"], location["region"]
    assert re.fullmatch(r"[A-Za-z0-9._~/%:-]+", uri)
    assert region["startLine"] >= 1
    if "endLine" in region:
        assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"])


def test_sarif_holds_all_files(validate, tmp_path):
    mid = {"base": "optimiser: 1\n", "mine": "extends: base.yaml\n" + MINIMAL}
    write(tmp_path / "r", one=THREE, valid=MINIMAL, keys=MINIMAL + "<<: {}\n<<: {}\n", **mid)
    code, out, err = validate("r", "--format", "sarif")
    assert (code, err) == (1, "")
    found = check_sarif(json.loads(out))
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in found["results"]}
    assert uris == {"r/base.yaml", "r/one.yaml", "r/keys.yaml"}
    assert found["columnKind"] == "unicodeCodePoints"
    assert found["invocations"] == [{"executionSuccessful": True}]
    twice = next(result for result in found["results"] if result["ruleId"] == "R201")
    assert twice["relatedLocations"][0]["message"]["text"] == "first said here"
    (chained,) = [result for result in found["results"] if "came from `extends`" in result["message"]["text"]]
    assert chained["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "r/mine.yaml"


def test_sarif_of_valid_recipes_has_no_results(validate, tmp_path):
    write(tmp_path, one=MINIMAL)
    code, out, _ = validate("one.yaml", "--format", "sarif")
    assert code == 0
    assert check_sarif(json.loads(out))["results"] == []


def test_sarif_encodes_names(validate, tmp_path):
    write(tmp_path, **{"ü #1 b": THREE})
    found = check_sarif(json.loads(validate("ü #1 b.yaml", "--format", "sarif")[1]))
    artifact = found["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "%C3%BC%20%231%20b.yaml", "uriBaseId": "%SRCROOT%"}


def test_sarif_gives_a_place_to_what_has_none(validate, tmp_path):
    write(tmp_path, one=MINIMAL)
    (tmp_path / "large.yaml").write_bytes(b"# " * (1 << 20))
    found = check_sarif(json.loads(validate("one.yaml", "large.yaml", "--set", "sede=1", "--format", "sarif")[1]))
    places = [result["locations"][0]["physicalLocation"] for result in found["results"]]
    assert [place["artifactLocation"]["uri"] for place in places] == ["one.yaml", "large.yaml"]
    assert [place["region"] for place in places] == [{"startLine": 1}, {"startLine": 1}]
    assert "in `sede=1`" in found["results"][0]["message"]["text"]
    assert all("fixes" not in result for result in found["results"])  # the edit would be one of the command line


# ---- when things go wrong early


EARLY = [
    ["validate", "nope.yaml"], ["validate"], ["validate", "one.yaml", "--wat"], ["validate", "empty"], ["validate", "one.yaml", "--set"],
]  # fmt: skip


@pytest.mark.parametrize("words", EARLY, ids=" ".join)
@pytest.mark.parametrize("spelled", [["--format", "{}"], ["--format={}"]], ids=["two words", "one word"])
@pytest.mark.parametrize("format_", ["json", "sarif", "github"])
def test_stdout_is_pure_also_when_things_go_wrong_early(validate, tmp_path, words, spelled, format_):
    (tmp_path / "empty").mkdir()
    write(tmp_path, one=MINIMAL)
    asked = [word.format(format_) for word in spelled]
    code, out, err = validate(*asked, *words[1:])
    assert (code, err) == (2, "")
    if format_ == "json":
        assert json.loads(out)["diagnostics"][0]["code"] in ("R001", "R002")
    elif format_ == "sarif":
        (invocation,) = check_sarif(json.loads(out))["invocations"]
        assert invocation["executionSuccessful"] is False
        assert invocation["toolConfigurationNotifications"][0]["descriptor"]["id"] in ("R001", "R002")
    else:
        ((level, properties, _),) = commands(out)
        assert level == "error"
        assert properties["title"] in ("R001 usage", "R002 file-not-found")


def test_options_are_not_abbreviated(validate, tmp_path):
    write(tmp_path, one=MINIMAL)
    assert validate("one.yaml", "--form", "json")[0] == 2


@pytest.mark.parametrize("format_", ["github", "sarif"])
def test_only_validate_has_the_formats_of_findings(capsys, recipe_file, format_):
    assert run(["plan", str(recipe_file(MINIMAL)), "--format", format_]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "error[R001]" in said.err


def test_the_command_line_prints_sarif_as_a_process(cli, recipe_file):
    done = cli("validate", recipe_file(THREE), "--format", "sarif")
    assert (done.returncode, done.stderr) == (1, "")
    check_sarif(json.loads(done.stdout))


def test_a_bug_of_the_program_is_a_notification_of_its_execution(validate, tmp_path, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("oops")

    write(tmp_path, one=MINIMAL)
    monkeypatch.setattr("recipe.cli.validate.check_file", fail)
    code, out, _ = validate("one.yaml", "--format", "sarif")
    assert code == 3
    (invocation,) = check_sarif(json.loads(out))["invocations"]
    assert invocation["toolExecutionNotifications"][0]["descriptor"]["id"] == "R901"


def test_every_code_makes_a_rule_that_code_scanning_takes():
    for code in CODES:
        rule = rule_of(code)
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024, code
        assert rule["help"]["text"]
