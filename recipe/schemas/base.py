"""The building blocks of every schema: `Section`, `setting()`, `Auto[T]` and `FrozenDict`."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Annotated, Any, Generic, Literal, NamedTuple, NoReturn, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import PydanticKnownError, core_schema

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

Impact = Literal["identity", "performance", "cosmetic"]
"""What a changed leaf means: another result, the same result at another speed, or neither."""


class Section(BaseModel):
    """A frozen, strict group of settings; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)


def setting(
    default: Any = ...,
    doc: str = "",
    *,
    impact: Impact = "identity",
    path: bool = False,
    usual: tuple[float, float] | None = None,
    unusual: str = "",
    answered: tuple[str, ...] = (),
    **constraints: Any,
) -> Any:
    """Declare one leaf: its default, its documentation, what a change of it means.

    `path=True` marks text that names a file: relative paths are resolved against the file that says them,
    and identity is taken relative to the recipe. `usual` is the range that serves nearly everybody, its ends
    included; a value outside is a warning, and `unusual` says what such a value does. `answered` are words that the
    compiler replaces by a value and a reason, as it does `auto`. `constraints` go to `pydantic.Field` (`gt`, `le`,
    `pattern` …).
    """
    extra: dict[str, Any] = {"x-impact": impact, "x-path": path}
    if usual is not None:
        extra |= {"x-usual": list(usual), "x-unusual": unusual}
    if answered:
        extra["x-answered"] = list(answered)
    return Field(default, description=doc, json_schema_extra=extra, **constraints)


AUTO: Any = "auto"
"""The value of a leaf that the compiler is to answer."""


class _AllowAuto:
    """Accepts the word `auto` beside what the annotated type accepts."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            lambda value, inner: value if value == AUTO else inner(_with_tuples(value)),
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"const": AUTO}, handler(schema)]}


Auto = Annotated[T, _AllowAuto()]
"""`Auto[T]`: a `T`, or the word `auto`, which the resolve pass replaces by a `T` and a reason."""


class OrWord:
    """`Annotated[T, OrWord("none")]`: a `T`, or one of some words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def _accept(self, value: Any, inner: Callable[[Any], Any]) -> Any:
        if value in self.words:
            return value
        if isinstance(value, str):
            raise PydanticKnownError("literal_error", {"expected": " or ".join(f"'{word}'" for word in self.words)})
        return inner(_with_tuples(value))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._accept,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(self.words)}, handler(schema)]}


def _with_tuples(value: Any) -> Any:
    """Data from JSON as strict Python validation takes it."""
    if isinstance(value, list):
        return tuple(map(_with_tuples, value))
    return {key: _with_tuples(item) for key, item in value.items()} if isinstance(value, dict) else value


class FrozenDict(dict[K, V], Generic[K, V]):
    """A dict that cannot change, so that frozen models are frozen all the way down."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a FrozenDict cannot change")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        key, value = get_args(source)
        return core_schema.no_info_after_validator_function(cls, handler(dict[key, value]))  # type: ignore[valid-type]


class OrderedMap(FrozenDict[K, V]):
    """A `FrozenDict` whose order counts. A plan sorts the keys of its maps, so this is a list of pairs there."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OrderedMap) and tuple(self.items()) == tuple(other.items())

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        key, value = get_args(source)
        return core_schema.no_info_wrap_validator_function(
            lambda data, inner: cls(inner(dict(data) if _are_pairs(data) else data)),
            handler(dict[key, value]),  # type: ignore[valid-type]
            serialization=core_schema.plain_serializer_function_ser_schema(lambda data: list(map(list, data.items()))),
        )


def _are_pairs(data: Any) -> bool:
    """Whether data is a list of key and value, each key once."""
    if not isinstance(data, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in data):
        return False
    keys = [key for key, _ in data]
    return all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)


class Leaf(NamedTuple):
    """One value a user may write, with the field that declares it."""

    path: tuple[str | int, ...]
    value: Any
    default: Any
    field: FieldInfo

    @property
    def dotted(self) -> str:
        """The path as a user writes it: `train.early_stopping.patience`."""
        return ".".join(map(str, self.path))

    @property
    def impact(self) -> Impact:
        """What a change of this leaf means."""
        return impact_of(self.field)

    @property
    def is_open(self) -> bool:
        """Whether the compiler is to answer it: it says `auto`, or another word that stands for a value."""
        return isinstance(self.value, str) and self.value in (AUTO, *_extra(self.field, "x-answered", ()))

    @property
    def is_path(self) -> bool:
        """Whether the value is text that names a file (and not `auto`, `none` or `builtin:…`)."""
        is_file_name = isinstance(self.value, str) and self.value not in (AUTO, "none")
        return bool(_extra(self.field, "x-path", False)) and is_file_name and not self.value.startswith("builtin:")


def impact_of(field: FieldInfo) -> Impact:
    """What a change of this field means."""
    return _extra(field, "x-impact", "identity")  # type: ignore[no-any-return]


def usual_range(field: FieldInfo) -> tuple[float, float, str] | None:
    """The range of values that serves nearly everybody, and what a value outside does."""
    usual = _extra(field, "x-usual", None)
    return None if usual is None else (*usual, _extra(field, "x-unusual", ""))


def _extra(field: FieldInfo, key: str, default: Any) -> Any:
    extra = field.json_schema_extra
    return extra.get(key, default) if isinstance(extra, dict) else default


def leaves(section: Section, prefix: tuple[str | int, ...] = ()) -> Iterator[Leaf]:
    """Walk every leaf of a section in the order of its fields, nested sections and lists of them included."""
    for name, field, default in _fields_of(type(section)):
        value, path = getattr(section, name), (*prefix, name)
        if isinstance(value, Section | tuple | dict):
            yield from _leaves_of(value, default, field, path)
        else:
            yield Leaf(path, value, default, field)


@cache
def _fields_of(section: type[Section]) -> tuple[tuple[str, FieldInfo, Any], ...]:
    """Name, declaration and default of each field; pydantic would copy the default each time, but ours are frozen."""
    fields = section.model_fields.items()
    return tuple((name, field, field.get_default(call_default_factory=True)) for name, field in fields)


def _leaves_of(value: Any, default: Any, field: FieldInfo, path: tuple[str | int, ...]) -> Iterator[Leaf]:
    if isinstance(value, Section):
        yield from leaves(value, path)
    elif isinstance(value, tuple) and any(isinstance(item, Section) for item in value):
        for index, item in enumerate(value):
            yield from _leaves_of(item, None, field, (*path, index))
    elif isinstance(value, dict) and any(isinstance(item, Section) for item in value.values()):
        for key, item in value.items():
            yield from _leaves_of(item, None, field, (*path, key))
    elif isinstance(value, OrderedMap):
        yield Leaf(path, tuple(value.items()), default, field)
    else:
        yield Leaf(path, value, default, field)


def ordered_json(data: Any) -> str:
    """JSON whose keys are in the order of the data, for what the schema is to read: the order may count."""
    import json

    return json.dumps(data, ensure_ascii=False, allow_nan=False)


class Inner(NamedTuple):
    """A section inside another one."""

    path: tuple[str | int, ...]
    section: Section
    field: FieldInfo
    """The field that holds it, or the list or map that it is an item of."""
    is_item: bool
    impact: Impact
    """What another section here would mean: no more than what the fields above it do."""

    @property
    def dotted(self) -> str:
        """The path as a user writes it: `trackers.0`."""
        return ".".join(map(str, self.path))


def inner_sections(section: Section, prefix: tuple[str | int, ...] = (), above: Impact = "identity") -> Iterator[Inner]:
    """Walk every section inside a section, those in lists and maps included, outer ones first."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        impact = impact_of(field) if above == "identity" else above
        items: Iterable[tuple[str | int | None, Any]] = [(None, value)]
        if isinstance(value, tuple | dict):
            items = enumerate(value) if isinstance(value, tuple) else value.items()
        for key, item in items:
            if isinstance(item, Section):
                path = (*prefix, name) if key is None else (*prefix, name, key)
                yield Inner(path, item, field, key is not None, impact)
                yield from inner_sections(item, path, impact)


def canonical_json(data: Any) -> str:
    """JSON with sorted keys and no spaces: equal data give equal text."""
    import json

    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
