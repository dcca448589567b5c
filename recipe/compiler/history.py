"""What each layer says at a path of a composed recipe, references not yet replaced."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Environment
from collections.abc import Sequence as Sources
from typing import NamedTuple

from recipe.compiler.nodes import Mapping, Node, Origin, Path, Scalar, Sequence, step_of
from recipe.schemas.diagnostics import Source, Span

_REFERENCE = re.compile(r"(?<!\$)\$\{([^{}]*)\}")


class Say(NamedTuple):
    """What one layer says of a setting."""

    layer: str
    """`set`, `profile`, `file`, `extends`, `environment`, `matrix`, `search`, `auto` or `default`."""
    text: str
    """As it is written there, on one line."""
    span: Span | None = None
    profile: str = ""
    """Of a profile: which one."""
    via: str = ""
    """The reference that leads here: `vars.dataset`, `env:DATA`."""
    note: str = ""
    lost_with: str = ""
    """The section that a later layer replaced as a whole, this in it."""


class History:
    """Looks up what was said in a tree that has kept everything it replaced."""

    def __init__(self, root: Mapping, sources: Sources[Source], environment: Environment[str, str]) -> None:
        self._root, self._sources, self._environment = root, sources, environment

    def at(self, path: Path) -> tuple[Say, ...]:
        """What was said at a path, winner first; what a reference leads to stands behind the text that has it, once."""
        self._told: set[Path] = set()
        return tuple(self._at(path))

    def _at(self, path: Path) -> Iterator[Say]:
        if path not in self._told:
            self._told.add(path)
            yield from self._below(self._root, path, ())

    def _below(self, node: Node, rest: Path, done: Path) -> Iterator[Say]:
        if not rest:
            yield from self._own(node)
            return
        yield from self._inside(node, rest, done)
        for lost in node.replaced:
            for say in self._below(lost, rest, done):
                yield say._replace(lost_with=say.lost_with or ".".join(map(str, done)))

    def _inside(self, node: Node, rest: Path, done: Path) -> Iterator[Say]:
        step, *more = rest
        if isinstance(node, Mapping) and step in node.entries:
            yield from self._below(node.entries[str(step)].node, tuple(more), (*done, step))
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            yield from self._below(node.items[step], tuple(more), (*done, step))
        elif isinstance(node, Scalar):
            yield from self._inside_scalar(node, rest)

    def _inside_scalar(self, node: Scalar, rest: Path) -> Iterator[Say]:
        """Below a word is its type; below a reference is what it leads to."""
        if (whole := _REFERENCE.fullmatch(str(node.value))) and not whole[1].startswith("env:"):
            target = (*_steps(whole[1]), *rest)
            found = list(self._at(target))
            yield from (say._replace(via=say.via or ".".join(map(str, target))) for say in found)
            if found:
                yield from self._own(node, follow=False)
        elif rest == ("type",) and isinstance(node.value, str):
            yield self._say(node.origins[0])

    def _own(self, node: Node, follow: bool = True) -> Iterator[Say]:
        for index, origin in enumerate(node.origins):
            yield self._say(origin)
            if index == 0 and follow and isinstance(node, Scalar) and isinstance(node.value, str):
                for match in _REFERENCE.finditer(node.value):
                    yield from self._referenced(match[1], origin.span)

    def _referenced(self, inside: str, span: Span | None) -> Iterator[Say]:
        if not inside.startswith("env:"):
            yield from (say._replace(via=say.via or inside.strip()) for say in self._at(_steps(inside)))
            return
        name, comma, default = (part.strip() for part in inside.removeprefix("env:").partition(","))
        if name in self._environment:
            yield Say("environment", f"${name}", span, via=f"env:{name}", note="it is set; its value is not shown")
        elif comma:
            note = f"{name} is not set: the default of the reference"
            yield Say("environment", default, span, via=f"env:{name}", note=note)

    def _say(self, origin: Origin) -> Say:
        if origin.span is None:
            return Say(origin.layer, "")
        text = self._sources[origin.span.source].text[origin.span.start : origin.span.end]
        return Say(origin.layer, " ".join(text.split()), origin.span, origin.name)


def _steps(inside: str) -> Path:
    return tuple(step_of(step) for step in inside.strip().split("."))
