"""Collects what the passes find, so that all of it is told at once."""

from dataclasses import replace

from recipe.compiler.nodes import Mapping, Path
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Source, Span

MAX_ERRORS = 50
"""Nobody reads more, and a hostile file could make the search for suggestions last."""


class Report:
    """Diagnostics of one compilation, the sources they point into, and the paths whose value is already known bad."""

    def __init__(self, sources: list[Source] | None = None) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.sources: list[Source] = [] if sources is None else sources
        self._sources_before = len(self.sources)
        self._num_errors = 0
        self.poisoned: set[Path] = set()
        self.bad_spans: set[Span] = set()
        """Values that have been reported before their path was known."""
        self.loaded: Mapping | None = None
        """The recipe file with all that it extends, once it has been read."""
        self.is_partial = False
        """Whether a recipe below could not be read: what is missing may stand there."""
        self.unsaved: dict[str, bytes] = {}
        """Contents that count instead of those on the disk, by the name of their file."""

    @property
    def num_sources(self) -> int:
        """Texts that this compilation has read; the list may hold those of others."""
        return len(self.sources) - self._sources_before

    def add(self, diagnostic: Diagnostic) -> None:
        """Note a problem and go on. Raises `RecipeError` where there are too many to go on."""
        self._num_errors += diagnostic.severity == "error"
        if self._num_errors < MAX_ERRORS:
            self.diagnostics.append(diagnostic)
            return
        note = f"there may be more: the check ends after {MAX_ERRORS} mistakes"
        self.diagnostics.append(replace(diagnostic, help=(*diagnostic.help, note)))
        raise RecipeError(*self.sorted(), sources=self.sources)

    def forget(self, place: tuple[Label, ...]) -> None:
        """Take back what was noted at a place about which something graver is to be told."""
        self.diagnostics = [each for each in self.diagnostics if each.labels[:1] != place]

    def add_source(self, name: str, text: str, base_dir: str, cited: Span | None = None) -> Source:
        """Register a text, so that spans can point into it; `cited` is the place that says to read it."""
        source = Source(len(self.sources), name, text, base_dir, cited)
        self.sources.append(source)
        return source

    def poison(self, path: Path) -> None:
        """Note that what stands at a path is wrong and has been reported: what follows from it is not told."""
        self.poisoned.add(path)

    def is_poisoned(self, path: Path) -> bool:
        """Whether the path, something above it or something below it has been reported."""
        return any(path[: len(bad)] == bad or bad[: len(path)] == path for bad in self.poisoned)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """The diagnostics by place, each once."""
        unique = dict.fromkeys(self.diagnostics)
        return tuple(sorted(unique, key=lambda d: (d.labels[0].span if d.labels else (-1, 0, 0), d.code)))

    @property
    def errors(self) -> list[Diagnostic]:
        """What was found so far and makes the recipe invalid."""
        return [diagnostic for diagnostic in self.diagnostics if diagnostic.severity == "error"]

    @property
    def has_errors(self) -> bool:
        """Whether anything found so far makes the recipe invalid."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    def stop_on_errors(self) -> None:
        """Raise everything found so far, if any of it is an error."""
        if self.has_errors:
            raise RecipeError(*self.sorted(), sources=self.sources)
