"""What both flavours of the JSON Schema are made of: one definition for each component and each section."""

from typing import Any, NamedTuple

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from recipe import __version__
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.component import KIND_PLACEHOLDER, Component

Schema = dict[str, Any]

MARK = "Recipes of recipe-compiler"
"""What every schema of this program says in its `$comment`, before the version."""

PARTIAL, OVERLAY = ".partial", ".overlay"
"""What the names of definitions end in where nothing is required, and of those where that is a profile."""

_REFERENCE = "#/$defs/"

LAYERING: dict[str, Schema] = {
    "extends": {
        "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}],
        "description": "Recipes to start from, later ones on top.",
    },
    "vars": {"type": "object", "description": "Names for `${vars.name}`."},
    "profiles": {"type": "object", "description": "Named overlays, laid on the recipe by `--profile NAME`."},
}
"""The keys that composition takes out again."""


class Branch(NamedTuple):
    """A component: the word that users write, its class, and the name of its definition."""

    word: str
    cls: type[Component]
    name: str

    @property
    def tag(self) -> str:
        """The key that the word stands at."""
        return self.cls.tag

    @property
    def doc(self) -> str:
        """What it is, in a line."""
        return (self.cls.__doc__ or "").partition("\n")[0]


class Definitions(NamedTuple):
    """The parts of the language, as pydantic describes them: not yet a schema, for kinds are placeholders."""

    schemas: dict[str, Schema]
    """name → the schema of a section or a component."""
    kinds: dict[str, tuple[Branch, ...]]
    """kind → its components."""

    def tag(self, kind: str) -> str:
        """The key that names a component of this kind."""
        return self.kinds[kind][0].tag

    def default(self, schema: Schema) -> Branch | None:
        """The component that a setting has where its map says no tag."""
        branches = self.kinds.get(kind_of(schema), ())
        return next((branch for branch in branches if branch.word == schema.get("default")), None)

    def required(self, branch: Branch) -> list[str]:
        """The settings that a component must be given, besides its tag."""
        return [key for key in self.schemas[branch.name]["required"] if key != branch.tag]

    def stands_alone(self, branch: Branch) -> bool:
        """Whether the bare word will do, because every setting has a default. A recipe is always a map."""
        return branch.cls.kind != "task" and not self.required(branch)


def definitions() -> Definitions:
    """The parts of the language with every installed component."""
    found = [(kind, word, CATALOGUE.find(kind, word)) for kind in CATALOGUE.kinds() for word in CATALOGUE.words(kind)]
    classes = [(kind, word, cls) for kind, word, cls in found if cls is not None]
    names, document = models_json_schema(
        [(cls, "validation") for _, _, cls in classes],
        ref_template=f"{_REFERENCE}{{model}}",
        schema_generator=_Generator,
    )
    kinds: dict[str, tuple[Branch, ...]] = {}
    for kind, word, cls in classes:
        branch = Branch(word, cls, name_of(names[cls, "validation"]))
        kinds[kind] = (*kinds.get(kind, ()), branch)
    return Definitions(document["$defs"], kinds)


class _Generator(GenerateJsonSchema):
    """pydantic's, which knows no serializer for a `FrozenDict` that is a default."""

    def encode_default(self, dft: Any) -> Any:
        return super().encode_default(dict(dft) if isinstance(dft, dict) else dft)


def is_ours(key: str) -> bool:
    """Whether a keyword is one that the compiler reads, and that no JSON Schema knows."""
    return key.startswith("x-") and key != KIND_PLACEHOLDER


def name_of(schema: Schema) -> str:
    """The definition that a schema refers to, or nothing."""
    return str(schema.get("$ref", "")).removeprefix(_REFERENCE)


def kind_of(schema: Schema) -> str:
    """The kind whose components a schema takes, or nothing."""
    return str(schema.get(KIND_PLACEHOLDER, ""))


def reference(name: str) -> Schema:
    """A reference to a definition."""
    return {"$ref": f"{_REFERENCE}{name}"}


def document(root: Schema, schemas: dict[str, Schema]) -> Schema:
    """A JSON Schema with this root and the definitions that it leads to."""
    needed: dict[str, Schema] = {}
    waiting: list[Any] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
            if (name := name_of(item)) and name not in needed:
                needed[name] = schemas[name]
                waiting.append(schemas[name])
        elif isinstance(item, list):
            waiting += item
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$comment": f"{MARK} {__version__}."}
    return {**about, "title": "recipe", **root, "$defs": dict(sorted(needed.items()))}
