"""Strategies: recipes with bytes, lines, tokens or values changed, trees in strange styles, sections drawn at random."""

import json
import re

from hypothesis import strategies as st

from recipe.compiler.nodes import plain_data
from recipe.compiler.parse import parse
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import RecipeError
from tests.fuzz.case import Case
from tests.fuzz.seeds import SEEDS, WORDS

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

places = st.integers(0, 1 << 16)
seeds = st.sampled_from(SEEDS)
pieces = st.sampled_from(PIECES) | st.text(max_size=8)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*PIECES, *PATHS]) | st.text(max_size=12)
)
keys = st.sampled_from(
    [*PATHS, "type", "low", "high", "step", "log", "choices", "metric", "min", "max", "lr", "epochs", "size"]
)
keys = keys | st.text(max_size=6)
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@st.composite
def byte_mutations(draw):
    """A recipe with stretches of bytes cut out, doubled, put elsewhere, or replaced by noise."""
    data = draw(seeds)
    for kind, one, other, noise in draw(
        st.lists(st.tuples(st.integers(0, 4), places, places, st.binary(max_size=6)), max_size=4)
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
    for kind, one, other in draw(st.lists(st.tuples(st.integers(0, 5), places, places), max_size=5)):
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
    for kind, at, piece in draw(st.lists(st.tuples(st.integers(0, 2), places, pieces), max_size=5)):
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


TREES = [tree for tree in map(tree_of, SEEDS) if tree]


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
    tree, other = draw(st.sampled_from(TREES)), draw(st.sampled_from(TREES))
    for kind, one, two, value in draw(
        st.lists(st.tuples(st.integers(0, 3), places, places, trees), min_size=1, max_size=3)
    ):
        paths, others = list(places_in(tree)), list(places_in(other))
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
sections = st.fixed_dictionaries(
    {},
    optional={
        "matrix": matrices | trees,
        "search": searches,
        "gates": gates,
        "layer_lr": rates,
        "vars": trees,
        "profiles": trees,
    },
)


@st.composite
def section_draws(draw):
    """A recipe whose matrix, search, gates and layer rates are drawn."""
    return draw(emitted({**draw(st.sampled_from(TREES)), **draw(sections)})).encode(errors="replace")


@st.composite
def emitted(draw, tree):
    """Text that means the tree, in a mixture of YAML's styles, with anchors, tags and comments now and then."""
    dice = draw(st.randoms(use_true_random=False))
    wild = draw(st.sampled_from([0.0, 0.0, 0.02, 0.2]))
    return "\n".join(block_lines(tree, 0, dice, wild)) + "\n"


def block_lines(node, indent, dice, wild):
    """Lines of a node in block style; small ones may be in flow style."""
    if not isinstance(node, dict | list) or not node or dice.random() < 0.2:
        return [" " * indent + flow(node, dice, wild)]
    lines = []
    pairs = (
        [(f"{flow_key(key, dice)}:", value) for key, value in node.items()]
        if isinstance(node, dict)
        else [("-", item) for item in node]
    )
    for head, value in pairs:
        if dice.random() < wild:
            lines.append(" " * dice.randrange(indent + 2) + "# a comment: [")
        inner = block_lines(value, indent + dice.choice([1, 2, 2, 2, 4]), dice, wild)
        is_short = len(inner) == 1 and not inner[0].lstrip().startswith("- ") and ": " not in inner[0][:1]
        prefix = " " * indent + head + anchor(dice, wild)
        lines += [f"{prefix} {inner[0].strip()}"] if is_short else [prefix, *inner]
    return lines


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
    return key if re.fullmatch(r"\w[\w./]*", key) and dice.random() < 0.9 else json.dumps(key, ensure_ascii=False)


def scalar(value, dice):
    """A scalar plain where that may be, else quoted in one of two ways."""
    if not isinstance(value, str):
        return (
            {None: "null", True: "true", False: "false"}.get(value, repr(value))
            if value in (None, True, False)
            else repr(value)
        )
    if value and dice.random() < 0.5 and not re.search(r"[\n\"'#,\[\]{}:&*!|>%@`]|^[-?\s]|\s$", value):
        return value
    return (
        "'" + value.replace("'", "''") + "'"
        if dice.random() < 0.3
        else json.dumps(value, ensure_ascii=dice.random() < 0.5)
    )


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
    bare, asked = st.just(()), (profiles, options)
    return st.builds(Case, RECIPES[name], bare, bare) | st.builds(Case, RECIPES[name], bare | asked[0], bare | asked[1])
