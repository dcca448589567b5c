"""Components: one word in YAML, one class in code."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, SerializerFunctionWrapHandler, model_serializer
from pydantic_core import PydanticCustomError, core_schema

from recipe.schemas.base import Section, ordered_json
from recipe.schemas.catalogue import CATALOGUE

KIND_PLACEHOLDER = "x-kind"
"""Stands in a generated JSON Schema where `language_schema` puts the reference to a kind's definition."""


class Component(Section):
    """A class whose fields are what the user may set and whose `target` names what gets built.

    A direct subclass with `kind=` is a *kind*: a root that looks up the tag's word in the catalogue and validates
    the rest as that class. A field annotated with a kind therefore takes any component of it, errors carry the
    user's own paths, and a plan reads back into the same classes.
    """

    kind: ClassVar[str] = ""
    tag: ClassVar[str] = "type"
    """The key that names the class."""
    target: ClassVar[str] = ""
    """`module:attribute` of what the runtime builds. Code, never YAML."""
    runtime: ClassVar[tuple[str, ...]] = ()
    """Runtime objects that the target takes beside the fields."""
    differs: ClassVar[Mapping[str, str]] = {}
    """Fields whose default is not the library's, each with the reason."""
    revision: ClassVar[int] = 1
    """Raised when a default changes its meaning, so that old runs keep their identity."""
    example: ClassVar[Mapping[str, Any]] = {}
    """Fields of a minimal valid instance; the conformance test constructs the target from it."""
    is_kind: ClassVar[bool] = False

    def __init_subclass__(cls, kind: str = "", tag: str = "type", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.is_kind = bool(kind)
        if kind:
            cls.kind, cls.tag = kind, tag

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Takes the class keywords that `__init_subclass__` has used."""

    @classmethod
    def word(cls) -> str:
        """The YAML word of this class."""
        return cls.__name__

    def kwargs(self) -> dict[str, Any]:
        """The fields as keyword arguments of the target; overridden where a value must become an object."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def read(self, built: Any) -> dict[str, Any]:
        """The inverse of `kwargs`: the fields as the built object has them, overridden where its names differ.

        Inner components are left to `parts`.
        """
        inner = {path.partition(".")[0] for path in self.parts(built)}
        return {name: getattr(built, name) for name in type(self).model_fields if name not in inner}

    def parts(self, built: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Where a built object has what its inner components became: path below this component → object."""
        return {}

    @model_serializer(mode="wrap")
    def _with_tag(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {self.tag: self.word(), **handler(self)}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        if not cls.is_kind:
            return handler(source)
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda item: item.model_dump(mode="json")),
        )

    @classmethod
    def parse(cls, value: Any) -> "Component":
        """Validate `{type: Word, …}` or a bare `Word` as the class that the word names.

        Raises `pydantic_core.PydanticCustomError` for an unknown word and `pydantic.ValidationError` for its fields.
        """
        if isinstance(value, cls):
            return value
        fields = {cls.tag: value} if isinstance(value, str) else value
        if not isinstance(fields, dict):
            raise PydanticCustomError("component_type", "must be a map with the key `{tag}`", {"tag": cls.tag})
        word = fields.get(cls.tag)
        if word is None:
            raise PydanticCustomError("missing_tag", "`{tag}` is missing", {"tag": cls.tag, "kind": cls.kind})
        found = CATALOGUE.find(cls.kind, word) if isinstance(word, str) else None
        if found is None:
            raise PydanticCustomError("unknown_word", "unknown {kind}", {"tag": cls.tag, "kind": cls.kind})
        rest = {name: item for name, item in fields.items() if name != cls.tag}
        return found.model_validate_json(ordered_json(rest))

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        if cls.is_kind:
            return {KIND_PLACEHOLDER: cls.kind}
        result = handler.resolve_ref_schema(handler(schema))
        result["properties"] = {cls.tag: {"const": cls.word()}, **result.get("properties", {})}
        result["required"] = [cls.tag, *result.get("required", [])]
        return result


C = TypeVar("C", bound=Component)


def with_values(component: C, values: Mapping[tuple[str | int, ...], Any]) -> C:
    """The same component with some leaves replaced, validated again."""
    data: Any = component.model_dump(mode="json")
    for path, value in values.items():
        inner = data
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
    return component.parse(data)  # type: ignore[return-value]
