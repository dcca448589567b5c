import pytest

from recipe.compiler.nodes import Mapping, Scalar, Sequence, locate, plain_data
from recipe.compiler.parse import parse
from recipe.compiler.read import decode, read
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import RecipeError


def parsed(text):
    report = Report()
    source = report.add_source("a.yaml", decode(text if isinstance(text, bytes) else text.encode()), "/")
    return parse(source, "file", report), report, source


def codes(text):
    try:
        _, report, _ = parsed(text)
    except RecipeError as error:
        return [diagnostic.code for diagnostic in error.diagnostics]
    return [diagnostic.code for diagnostic in report.diagnostics]


def said(source, span):
    return source.text[span.start : span.end]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1), ("-3", -3), ("1.5", 1.5), ("1e-3", 0.001), ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-0.0", 0.0),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("12:30:45", "12:30:45"), ("2024-01-01", "2024-01-01"),
        ("1.2.3", "1.2.3"), ("'1'", "1"), ('"true"', "true"), ("a b", "a b"), ("e5", "e5"), ("+", "+"),
    ],
)  # fmt: skip
def test_scalars_mean_what_yaml_1_2_says(written, value):
    root, report, _ = parsed(f"a: {written}\n")
    found = root.get("a").value
    assert found == value
    assert type(found) is type(value)
    assert str(found) != "-0.0"
    assert not report.diagnostics


@pytest.mark.parametrize("written", ["017", "0o17", "0b11", "0x1F", "1_000", "-007", "1_0.5"])
def test_numbers_that_yaml_versions_disagree_about_are_refused(written):
    assert codes(f"a: {written}\n") == ["R209"]


@pytest.mark.parametrize("written", [".inf", "-.inf", ".nan", "1e999999", "9" * 5000])
def test_numbers_out_of_range_are_refused(written):
    assert codes(f"a: {written}\n") == ["R210"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "R105"), ("# only\n", "R105"), ("- 1\n", "R105"), ("word\n", "R105"), ("a:1\n", "R105"),
        ("a: 1\n---\nb: 2\n", "R106"), ("%YAML 1.1\n---\na: 1\n", "R107"), ("%TAG ! !x\n---\na: 1\n", "R107"),
        ("a: 1\na: 2\n", "R201"), ("1: x\n", "R208"), ("true: x\n", "R208"), ("? [a]\n: 1\n", "R208"),
        ("<<: {a: 1}\n", "R207"), ("a: !!python/object:os.system x\n", "R204"), ("a: !foo x\n", "R204"),
        ("a: !!binary aGk=\n", "R204"), ("a: *x\n", "R205"), ("a: &a [*a]\n", "R205"), ("a: &x 1\nb: &x 2\n", "R206"),
        ("a: b: c\n", "R104"), ("\ta: 1\n", "R104"), ("a: 'x\n", "R104"), ("a: [1, 2\n", "R104"), ("a: 1\n b: 2\n", "R104"),
        ("a: " + "[" * 100_000, "R203"), ("a: " + "{b: " * 200, "R203"),
    ],
)  # fmt: skip
def test_text_that_is_no_recipe(text, code):
    assert codes(text) == [code]


def test_an_alias_bomb_is_cut_short():
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert codes("\n".join(lines)) == ["R202"]


def test_a_plain_exclamation_mark_is_text():
    root, _, _ = parsed("a: ! '1'\n")
    assert root.get("a").value == "1"


def test_recoverable_mistakes_are_all_reported():
    assert codes("a: 1\na: 2\n3: x\nb: 017\n<<: 1\n") == ["R201", "R208", "R209", "R207"]


def test_duplicate_keys_cite_both_places_and_the_first_counts():
    root, report, source = parsed("a: 1\nb: 2\na: 3\n")
    first, second = report.diagnostics[0].labels
    assert (source.position(first.span.start)[0], source.position(second.span.start)[0]) == (3, 1)
    assert root.get("a").value == 1


def test_spans_are_exact():
    root, _, source = parsed("a: {b: [1, 'zwei']}\nc:\n  d: 1\n  e: |\n    text\n\n\nf: ü€😀 x\n")
    assert said(source, root.get("a").span) == "{b: [1, 'zwei']}"
    assert said(source, locate(root, ("a", "b", 1))[0].span) == "'zwei'"
    assert said(source, root.entries["c"].key_span) == "c"
    assert said(source, root.get("f").span) == "ü€😀 x"
    assert said(source, root.get("c").span).startswith("d: 1")
    assert not said(source, root.get("c").span).endswith("f")


def test_line_ends_do_not_move_spans():
    texts = [b"a: 1\nb: x y\n", b"a: 1\r\nb: x y\r\n", b"a: 1\rb: x y\r", b"\xef\xbb\xbfa: 1\nb: x y\n"]
    assert len({parsed(text)[0] for text in texts}) == 1


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"a: 1\r\nb: \xff\n", "byte 0xFF at byte offset 9", (2, 4)),
        ("a: 1".encode("utf-16"), "UTF-16 at byte offset 0", (1, 1)),
        ("a: 1".encode("utf-32"), "UTF-32 at byte offset 0", (1, 1)),
        ("a: 1\nb: aü".encode("latin-1"), "byte 0xFC at byte offset 9", (2, 5)),
    ],
)
def test_other_encodings_are_refused_with_their_place(tmp_path, data, message, place):
    (tmp_path / "a.yaml").write_bytes(data)
    report = Report()
    with pytest.raises(RecipeError) as caught:
        read(str(tmp_path / "a.yaml"), report)
    (found,) = caught.value.diagnostics
    assert found.code == "R102"
    assert message in found.message
    assert report.sources[0].position(found.labels[0].span.start) == place


def test_aliases_repeat_their_anchor():
    root, _, _ = parsed("a: &x {k: [1, 2]}\nb: *x\n")
    assert plain_data(root) == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}}


def test_locate_says_how_far_it_came():
    root, _, _ = parsed("a: {b: [1]}\n")
    assert isinstance(locate(root, ("a", "b", 0))[0], Scalar)
    node, entry, missing = locate(root, ("a", "c", "d"))
    assert isinstance(node, Mapping)
    assert entry is root.entries["a"]
    assert missing == ("c", "d")
    assert isinstance(locate(root, ("a", "b", 7))[0], Sequence)


def test_every_node_knows_its_layer_and_folder():
    root, _, _ = parsed("a: [1]\n")
    origin = locate(root, ("a", 0))[0].origins[0]
    assert (origin.layer, origin.base_dir, origin.secret) == ("file", "/", False)
