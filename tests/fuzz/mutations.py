"""Strategies: recipes with bytes, lines, tokens or values changed, trees in strange styles, sections drawn at random."""

import json
import re

from hypothesis import strategies as st

from recipe.compiler.nodes import plain_data
from recipe.compiler.parse import parse
from recipe.compiler.report import Report
from recipe.compiler.scalars import resolve_plain
from recipe.schemas.diagnostics import RecipeError
from tests.fuzz.case import Case
from tests.fuzz.seeds import BAD, GOOD, WORDS

PIECES = [
    *["", " ", "\n", "\r", "\r\n", "\t", ":", ": ", "- ", "? ", "#", " #", ",", "[", "]", "{", "}", "'", '"', "|", ">", "&a ", "*a"],
    *["!", "!!str ", "!!python/none ", "!x ", "%YAML 1.1\n", "---\n", "...\n", "<<: ", "~", "null", "true", "yes", "auto", "none"],
    *["0", "-1", "1", "017", "0x1F", "1_000", "1e-3", "1e999", ".inf", ".nan", "1.10", "12:30:45", "2024-01-01", "9" * 50, "1.5"],
    *["${", "}", "${vars.lr}", "${vars}", "${seed}", "${train.epochs}", "$${", "${env:SECRET}", "${env:NO}", "${env:NO,3}", "${²}"],
    *["\x00", "\x1b[31m", "\x85", "\u2028", "\ufeff", "\u00a0", "：", "é", "説", "😀", "\u200b", "\ud7ff", "\uffff", "e\u0301"],
    *["extends: ", "extends: [fuzz.yaml]", "extends: yolo_competition", "profiles: ", "vars: ", "matrix: ", "search: ", "gates: "],
    *["layer_lr: ", "type: ", "task: ", "builtin:shapes", "../../etc/passwd", "/dev/zero", "a.b.c", "lr", "x" * 300, *WORDS],
]  # fmt: skip
PATHS = [
    "seed",
    "name",
    "task",
    "model",
    "model.size",
    "optimizer",
    "optimizer.lr",
    "optimizer.type",
    "train",
    "train.epochs",
]
PATHS += [
    "train.batch_size",
    "data.source",
    "vars.lr",
    "trackers.0",
    "trackers.9",
    "augment.mosaic",
    "layer_lr.rates.fc",
    "nowhere",
]
PATHS += [
    "scheduler",
    "gates.0.min",
    "extends",
    "profiles.fast",
    "matrix.seed",
    "search.space",
    "a..b",
    ".",
    "",
    "optimizer.betas.1",
]

LETTERS = "abcxyzABC019_-./ :#'\"[]{},&*!|>%@`~?$\n\téß説😀"
texts = st.text(LETTERS, max_size=8)
wild_texts = texts | texts | texts | st.text(max_size=8)
places = st.integers(0, 1 << 16)
seeds = st.sampled_from(GOOD) | st.sampled_from(GOOD) | st.sampled_from(BAD)  # mutations of good ones get further
pieces = st.sampled_from(PIECES) | wild_texts
plausible = (
    st.booleans()
    | st.integers(0, 100)
    | st.floats(0, 1)
    | st.sampled_from([*WORDS, "auto", "none", "s", "${seed}", "cpu"])
)
scalars = (
    st.none() | plausible | plausible | st.integers() | st.floats() | st.sampled_from([*PIECES, *PATHS]) | wild_texts
)
keys = st.sampled_from(
    [*PATHS, "type", "low", "high", "step", "log", "choices", "metric", "min", "max", "lr", "epochs", "size"]
)
keys = keys | keys | wild_texts
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
noises = st.binary(max_size=4) | st.sampled_from([b"", b" ", b"\n", b":", b"#", b"'", b"0", b"\t", b"x", b"- "])


@st.composite
def byte_mutations(draw):
    """A recipe with stretches of bytes cut out, doubled, put elsewhere, or replaced by noise."""
    data = draw(seeds)
    for kind, one, other, noise in draw(
        st.lists(st.tuples(st.integers(0, 4), places, places, noises), min_size=1, max_size=3)
    ):
        begin, end = sorted((one % (len(data) + 1), other % (len(data) + 1)))
        end = min(end, begin + 40)
        part = data[begin:end]
        replaced = [b"", part * 2, noise, part[::-1], bytes(byte ^ 1 << one % 8 for byte in part)][kind]
        data = data[:begin] + replaced + data[end:]
    return data


@st.composite
def line_mutations(draw):
    """A recipe with lines removed, doubled, moved, indented, or taken from another recipe."""
    lines = draw(seeds).decode(errors="replace").split("\n")
    others = draw(seeds).decode(errors="replace").split("\n")
    for kind, one, other in draw(st.lists(st.tuples(st.integers(0, 5), places, places), min_size=1, max_size=3)):
        at, to = one % len(lines), other % len(lines)
        line = lines[at]
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(to, line)
        elif kind == 2:
            lines[at], lines[to] = lines[to], lines[at]
        elif kind == 3:
            lines[at] = " " * (other % 9) + line.lstrip(" ")
        elif kind == 4:
            lines[at] = others[other % len(others)]
        else:
            lines[at] = line.partition(":")[0]
    return "\n".join(lines).encode()


@st.composite
def token_mutations(draw):
    """A recipe with words and signs replaced by ones that mean something."""
    tokens = re.findall(r"\w+|\s+|[^\w\s]", draw(seeds).decode(errors="replace"))
    for kind, at, piece in draw(st.lists(st.tuples(st.integers(0, 2), places, pieces), min_size=1, max_size=3)):
        place = at % (len(tokens) + 1)
        tokens[place : place + (kind > 0)] = [piece] if kind < 2 else [piece, piece]
    return "".join(tokens).encode(errors="replace")


def tree_of(data):
    """A seed as plain data; an empty map where it is none."""
    report = Report()
    try:
        return plain_data(parse(report.add_source("a", data.decode().replace("\r", ""), "/"), "file", report))
    except (RecipeError, UnicodeDecodeError):
        return {}


GOOD_TREES, BAD_TREES = ([tree for tree in map(tree_of, some) if tree] for some in (GOOD, BAD))
tree_seeds = st.sampled_from(GOOD_TREES) | st.sampled_from(GOOD_TREES) | st.sampled_from(BAD_TREES)


def places_in(tree, path=()):
    """Every path of a tree, its root included."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from places_in(value, (*path, key))


def with_value(tree, path, value):
    """The tree with another value at a path."""
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = with_value(tree[path[0]], path[1:], value)
    return copy


def value_at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


@st.composite
def tree_mutations(draw):
    """A recipe with values replaced, and subtrees swapped or brought from another recipe."""
    tree, other = draw(tree_seeds), draw(tree_seeds)
    for kind, one, two, value in draw(
        st.lists(st.tuples(st.integers(0, 3), places, places, plausible | plausible | trees), min_size=1, max_size=3)
    ):
        paths, others = list(places_in(tree))[1:] or [()], list(places_in(other))
        path, to = paths[one % len(paths)], paths[two % len(paths)]
        if kind == 0:
            tree = with_value(tree, path, value)
        elif kind == 1:
            tree = with_value(tree, path, value_at(other, others[two % len(others)]))
        elif kind == 2 and path[: len(to)] != to and to[: len(path)] != path:
            first, second = value_at(tree, path), value_at(tree, to)
            tree = with_value(with_value(tree, path, second), to, first)
        elif kind == 3 and isinstance(section := value_at(tree, path), dict):
            tree = with_value(tree, path, {**section, draw(keys): value})
    return draw(emitted(tree)).encode(errors="replace")


paths = st.sampled_from(PATHS)
numbers = st.integers(-5, 100) | st.floats(-2, 2) | st.sampled_from(["1e-5", "0.1", "auto", 10**30, None, "x"])
distributions = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["float", "int", "categorical", "flaot", 1]), "low": numbers, "high": numbers, "step": numbers,
        "log": st.booleans() | st.just("yes"), "choices": st.lists(trees, max_size=3),
    },
) | trees  # fmt: skip
words = st.sampled_from([*WORDS, "RandomSampler", "GridSampler", "CmaEsSampler", "NopPruner", "Nope"])
metrics = st.sampled_from(["val/accuracy", "val/mAP50", "val/mAP50-95", "train/loss", "val_accuracy", "test/x", "", 3])
searches = st.fixed_dictionaries(
    {"space": st.dictionaries(paths | keys, distributions, max_size=3) | trees},
    optional={
        "engine": st.sampled_from(["optuna", "ray", "x"]), "trials": numbers, "n_jobs": numbers, "epochs": numbers,
        "objective": st.fixed_dictionaries({}, optional={"metric": metrics, "direction": st.sampled_from(["maximize", "up"])}) | trees,
        "sampler": words | trees, "pruner": words | trees, "storage": scalars,
    },
)  # fmt: skip
gates = st.lists(
    st.fixed_dictionaries({}, optional={"metric": metrics, "min": numbers, "max": numbers}) | trees, max_size=3
)
patterns = st.sampled_from(
    ["conv1", "layer1", ".*", "fc", "model.0.*", "(a+)+$", "[", "*", "nope", "layer[1-4]", "(?i)FC"]
) | st.text(max_size=9)
rates = st.fixed_dictionaries(
    {}, optional={"rates": st.dictionaries(patterns, numbers, max_size=4) | trees, "decay": numbers}
)
matrices = st.dictionaries(paths | keys, st.lists(scalars | trees, max_size=4) | trees, max_size=3)
SECTIONS = {
    "matrix": matrices | trees,
    "search": searches,
    "gates": gates,
    "layer_lr": rates,
    "vars": trees,
    "profiles": trees,
}
sections = st.sampled_from(["matrix", "search", "gates", "layer_lr", *SECTIONS]).flatmap(
    lambda name: st.fixed_dictionaries({name: SECTIONS[name]})
)


@st.composite
def section_draws(draw):
    """A recipe whose matrix, search, gates and layer rates are drawn."""
    return draw(emitted({**draw(tree_seeds), **draw(sections), **draw(st.just({}) | sections)})).encode(
        errors="replace"
    )


@st.composite
def emitted(draw, tree):
    """Text that means the tree, in a mixture of YAML's styles, with anchors, tags and comments now and then."""
    dice = draw(st.randoms(use_true_random=False))
    wild = draw(st.sampled_from([0.0, 0.0, 0.0, 0.0, 0.01, 0.1]))
    return "\n".join(block_lines(tree, 0, dice, wild)) + "\n"


def block_lines(node, indent, dice, wild):
    """Lines of a node in block style; some are in flow style."""
    if is_inline(node, dice):
        return [" " * indent + flow(node, dice, wild)]
    pairs = node.items() if isinstance(node, dict) else [(None, item) for item in node]
    lines = []
    for key, value in pairs:
        head = " " * indent + ("-" if key is None else f"{flow_key(key, dice)}:") + anchor(dice, wild)
        if dice.random() < wild:
            lines.append(" " * dice.randrange(indent + 2) + "# a comment: [")
        if is_inline(value, dice):
            lines.append(f"{head} {flow(value, dice, wild)}")
        else:
            lines += [head, *block_lines(value, indent + dice.choice([1, 2, 2, 2, 4]), dice, wild)]
    return lines


def is_inline(node, dice):
    return not isinstance(node, dict | list) or not node or dice.random() < 0.2


def flow(node, dice, wild):
    """One line in flow style."""
    if dice.random() < wild / 3:
        return dice.choice(["*a", "*b", "!!str x", "&a", "<<", "? x", "|", "${vars.a}", "\t"])
    head = anchor(dice, wild).lstrip()
    head += " " if head else ""
    if isinstance(node, dict):
        pairs = ", ".join(f"{flow_key(key, dice)}: {flow(value, dice, wild)}" for key, value in node.items())
        return head + "{" + pairs + "}"
    if isinstance(node, list):
        return head + "[" + ", ".join(flow(item, dice, wild) for item in node) + "]"
    return head + scalar(node, dice)


def flow_key(key, dice):
    return key if re.fullmatch(r"[a-z]\w*", key) and is_plain_text(key) and dice.random() < 0.9 else quoted(key, dice)


def scalar(value, dice):
    """A scalar plain where that may be, else quoted in one of two ways."""
    if isinstance(value, str):
        return value if is_plain_text(value) and dice.random() < 0.5 else quoted(value, dice)
    return {"None": "null", "True": "true", "False": "false"}.get(repr(value), repr(value))


def is_plain_text(text):
    """Whether a text may stand without quotes."""
    return bool(re.fullmatch(r"[A-Za-z][\w./ -]*[\w./-]|[A-Za-z]", text)) and resolve_plain(text) == text


def quoted(text, dice):
    if text.isprintable() and dice.random() < 0.3:
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=not text.isprintable() and dice.random() < 0.95)


def anchor(dice, wild):
    return f" &{dice.choice('abc')}" if dice.random() < wild / 2 else ""


@st.composite
def strange_trees(draw):
    """A tree of anything, emitted."""
    return draw(emitted(draw(st.dictionaries(keys, trees, max_size=6)))).encode(errors="replace")


noise = st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="replace"))
soups = st.lists(pieces, max_size=40).map(lambda some: "".join(some).encode(errors="replace"))
RECIPES = {
    "bytes": byte_mutations(),
    "lines": line_mutations(),
    "tokens": token_mutations(),
    "trees": tree_mutations(),
    "sections": section_draws(),
    "strange": strange_trees(),
    "soup": soups,
    "noise": noise,
}
"""Name → strategy of recipe files."""

assignments = st.builds(
    "{}={}".format,
    st.sampled_from(PATHS) | st.text(max_size=6),
    st.sampled_from(PIECES) | scalars | trees.map(json.dumps),
)
options = st.lists(assignments | st.text(max_size=10), max_size=2).map(tuple)
profiles = st.lists(st.sampled_from(["fast", "demo", "sgd", "nope", ""]) | st.text(max_size=5), max_size=2).map(tuple)


def cases(name):
    """Cases whose recipe comes from the strategy of this name; most have no options."""
    bare = st.just(())
    plain = st.builds(Case, RECIPES[name], bare, bare)
    return plain | plain | plain | st.builds(Case, RECIPES[name], bare | profiles, bare | options)
