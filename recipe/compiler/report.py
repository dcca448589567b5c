"""Collects what the passes find, so that all of it is told at once."""

from recipe.compiler.nodes import Path
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Source, Span


class Report:
    """Diagnostics of one compilation, the sources they point into, and the paths whose value is already known bad."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.sources: list[Source] = []
        self.poisoned: set[Path] = set()
        self.bad_spans: set[Span] = set()
        """Values that have been reported before their path was known."""

    def add(self, diagnostic: Diagnostic) -> None:
        """Note a problem and go on."""
        self.diagnostics.append(diagnostic)

    def forget(self, place: tuple[Label, ...]) -> None:
        """Take back what was noted at a place about which something graver is to be told."""
        self.diagnostics = [each for each in self.diagnostics if each.labels[:1] != place]

    def add_source(self, name: str, text: str, base_dir: str) -> Source:
        """Register a text, so that spans can point into it."""
        source = Source(len(self.sources), name, text, base_dir)
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
    def has_errors(self) -> bool:
        """Whether anything found so far makes the recipe invalid."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    def stop_on_errors(self) -> None:
        """Raise everything found so far, if any of it is an error."""
        if self.has_errors:
            raise RecipeError(*self.sorted(), sources=self.sources)
