import pytest

from recipe.compiler.compose import compose
from recipe.compiler.interpolate import interpolate
from recipe.compiler.nodes import locate, plain_data
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import RecipeError


def composed(file, profiles=(), sets=(), env=None):
    report = Report()
    root = compose(str(file), tuple(profiles), tuple(sets), report)
    root = interpolate(root, env or {}, "/work-dir", report)
    return plain_data(root), root, report


def codes(file, profiles=(), sets=(), env=None):
    try:
        return [d.code for d in composed(file, profiles, sets, env)[2].diagnostics]
    except RecipeError as error:
        return [d.code for d in error.diagnostics]


def test_layers_win_in_order(recipe_file):
    recipe_file("a: {x: base, y: base, z: base, w: base}\n", "base.yaml")
    recipe_file("a: {y: second}\n", "second.yaml")
    file = recipe_file(
        "extends: [base.yaml, second.yaml]\na: {z: file, w: file}\nprofiles: {p: {a: {w: profile}}, q: {a: {v: 1}}}\n"
    )
    data, _, _ = composed(file, ["p", "q"], ["a.u=set", "a.v=2"])
    assert data == {"a": {"x": "base", "y": "second", "z": "file", "w": "profile", "v": 2, "u": "set"}}


def test_origins_name_every_layer_that_had_a_say(recipe_file):
    recipe_file("a: {w: 1}\n", "base.yaml")
    file = recipe_file("extends: [base.yaml]\na: {w: 2}\nprofiles: {p: {a: {w: 3}}}\n")
    _, root, _ = composed(file, ["p"], ["a.w=4"])
    layers = [origin.layer for origin in locate(root, ("a", "w"))[0].origins]
    assert layers == ["set", "profile", "file", "extends"]


def test_extends_is_relative_to_the_file_that_says_it_and_nests(tmp_path, recipe_file):
    (tmp_path / "sub").mkdir()
    recipe_file("a: 1\nb: 1\n", "sub/deep.yaml")
    recipe_file("extends: [deep.yaml]\nb: 2\n", "sub/middle.yaml")
    file = recipe_file("extends: [sub/middle.yaml]\nc: 3\n")
    assert composed(file)[0] == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize(
    ("base", "over", "result"),
    [
        ("{type: A, x: 1}", "{type: B, y: 2}", {"type": "B", "y": 2}),
        ("{type: A, x: 1}", "{type: A, y: 2}", {"type": "A", "x": 1, "y": 2}),
        ("{type: A, x: 1}", "{y: 2}", {"type": "A", "x": 1, "y": 2}),
        ("A", "{y: 2}", {"type": "A", "y": 2}),
        ("A", "{type: B}", {"type": "B"}),
        ("{type: A, x: 1}", "A", {"type": "A", "x": 1}),
        ("{type: A, x: 1}", "B", "B"),
        ("{x: 1}", "null", None),
        ("[1, 2]", "[3]", [3]),
    ],
)
def test_how_values_merge(recipe_file, base, over, result):
    file = recipe_file(f"k: {base}\nprofiles: {{p: {{k: {over}}}}}\n")
    assert composed(file, ["p"])[0] == {"k": result}


def test_set_takes_yaml_values_and_list_indices(recipe_file):
    file = recipe_file("a: {b: [1, {c: 2}], d: word}\n")
    data, _, _ = composed(file, [], ["a.b.1.c=[x, 1e-3]", "a.b.0=null", "a.d.e=true", "n.m={k: 'v'}", "a.f="])
    assert data == {
        "a": {"b": [None, {"c": ["x", 0.001]}], "d": {"type": "word", "e": True}, "f": None},
        "n": {"m": {"k": "v"}},
    }


@pytest.mark.parametrize("text", ["vars: 3", "profiles: [a]", "profiles: {p: 3}"])
def test_what_composition_reads_must_be_maps(recipe_file, text):
    assert codes(recipe_file(text + "\n")) == ["R404"]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "=1",
        "a..b=1",
        "a b=1",
        "a.b.9=1",
        "a.b.x=1",
        "vars.y=1",
        "a.b={",
        "extends=[x]",
        "profiles.p.a=1",
        "a.c=\udcff",
    ],
)
def test_bad_set(recipe_file, text):
    found = codes(recipe_file("a: {b: [1]}\nvars: {x: 1}\n"), [], [text])
    assert found == (["R104"] if text.endswith("{") else ["R304"])


def test_extends_that_cannot_be_read(recipe_file):
    recipe_file("extends: [b.yaml]\n", "a.yaml")
    recipe_file("extends: [a.yaml]\n", "b.yaml")
    assert codes(recipe_file("extends: [nope.yaml]\n", "c.yaml")) == ["R301"]
    assert codes(recipe_file("extends: [3]\n", "d.yaml")) == ["R301"]
    assert "R302" in codes(recipe_file("extends: [a.yaml]\n", "e.yaml"))


def test_unknown_profile_has_a_place_and_a_guess(recipe_file):
    _, _, report = composed(recipe_file("profiles: {demo: {}}\n"), ["dmo"])
    (found,) = report.diagnostics
    assert (found.code, found.candidates, len(found.labels)) == ("R303", ("demo",), 1)


def test_references(recipe_file):
    file = recipe_file(
        "vars: {n: 3, name: x, nested: {k: [1, 2]}, again: '${vars.n}'}\n"
        "whole: ${vars.n}\ntext: 'a-${vars.name}-${vars.n}'\nmap: ${vars.nested}\nchain: ${vars.again}\n"
        "other: ${whole}\nescaped: '$${vars.n}'\nitem: '${vars.nested.k.1}'\n"
        "env: '${env:NUMBER,7}'\nset: '${env:NAME}'\n"
    )
    data, root, report = composed(file, env={"NAME": "value"})
    assert not report.diagnostics
    assert data == {
        "whole": 3, "text": "a-x-3", "map": {"k": [1, 2]}, "chain": 3, "other": 3, "escaped": "${vars.n}", "item": 2,
        "env": 7, "set": "value",
    }  # fmt: skip
    assert root.get("set").is_secret
    assert root.get("set").template == "${env:NAME}"
    assert not root.get("env").is_secret
    assert root.get("set").origins[0].base_dir == "/work-dir"


def test_a_secret_inside_a_text_keeps_a_template(recipe_file):
    file = recipe_file("vars: {host: h}\nuri: 'http://${env:TOKEN}@${vars.host}/$${x}'\ncopy: ${uri}\n")
    _, root, _ = composed(file, env={"TOKEN": "s3cret"})
    for key in ("uri", "copy"):
        assert root.get(key).value == "http://s3cret@h/${x}"
        assert root.get(key).template == "http://${env:TOKEN}@h/$${x}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: ${vars.x}", "R305"), ("a: ${b}\nb: ${a}", "R306"), ("a: '${env:NOPE_NOT_SET}'", "R307"), ("a: '${'", "R308"),
        ("a: '${}'", "R308"), ("a: 'x${b}'\nb: {c: 1}", "R308"), ("a: ${a}", "R306"), ("a: '${b..c}'", "R308"),
    ],
)  # fmt: skip
def test_bad_references_are_told_once(recipe_file, text, code):
    assert codes(recipe_file(text + "\n")) == [code]


def test_a_value_that_came_by_reference_is_relative_to_where_it_was_said(recipe_file):
    file = recipe_file("vars: {d: x}\np: '${vars.d}/data.yaml'\nq: 'y/${vars.d}'\n")
    _, root, _ = composed(file, [], ["vars.d=z"])
    assert root.get("p").origins[0].layer == "set"
    assert root.get("q").origins[0].layer == "file"
