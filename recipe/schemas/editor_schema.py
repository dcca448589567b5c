"""The JSON Schema that an editor completes well by: laxer than the strict one, and shaped for `yaml-language-server`.

The server offers what any branch of a `oneOf` has, so components are told apart by `if` and `then` on their tag. Every
value may be a reference, nothing is required where another recipe is extended, and a profile is the same map with
nothing required.
"""

from typing import Any

from recipe.schemas.definitions import (
    LAYERING,
    OVERLAY,
    PARTIAL,
    Branch,
    Definitions,
    Schema,
    definitions,
    document,
    kind_of,
    name_of,
    reference,
)
from recipe.schemas.editor_dispatch import (
    case,
    demand,
    skeletons,
    unless_known,
    unless_tagged,
    where_extended,
    where_referred,
)
from recipe.schemas.editor_leaves import MAP, REFERENCE_TEXT, alternatives, leaf
from recipe.schemas.editor_words import Words
from recipe.schemas.union import union_of

FULL, NULLABLE = "", ".null"
_TASK = "task"


def editor_schema() -> Schema:
    """A schema whose root is any recipe file, complete or a layer of one."""
    editor = _Editor(definitions())
    return document(editor.root(), editor.defs)


class _Editor:
    """Builds the definitions: each in full, partial (nothing is required), and nullable."""

    def __init__(self, parts: Definitions) -> None:
        self.parts, self.words = parts, Words(parts)
        self.union = {
            kind: union_of(f"any.{kind}", [branch.name for branch in branches], parts.schemas)
            for kind, branches in parts.kinds.items()
        }
        self.kind_of_section = {self.union[kind]: kind for kind in parts.kinds}
        self.kind_of_section |= {branch.name: kind for kind in parts.kinds for branch in parts.kinds[kind]}
        self.defs: dict[str, Schema] = {f"{kind}.tag": self._tag(kind) for kind in parts.kinds}
        for flavour in (FULL, PARTIAL):
            for name, raw in parts.schemas.items():
                self._define(name + flavour, self._section(name, raw, flavour))
            for kind in parts.kinds:
                self._define(kind + flavour, self._component(kind, flavour))
        for branch in (branch for branches in parts.kinds.values() for branch in branches):
            self._define(_defaulting(branch), self._component(branch.cls.kind, FULL, branch))
        for name in {self.union[_TASK], *(branch.name for branch in parts.kinds[_TASK])}:
            self._add_layering(name)

    def _define(self, name: str, schema: Schema) -> None:
        """Keep a definition, and with it the one that takes null besides."""
        nullable = dict(schema)
        if "anyOf" in schema:
            nullable["anyOf"] = [*schema["anyOf"], {"type": "null"}]
        elif "type" in schema:
            nullable["type"] = [*schema["type"], "null"]
        self.defs |= {name: schema, name + NULLABLE: nullable}

    def root(self) -> Schema:
        """Any recipe file: its task decides on the sections, and without one nothing that could be right is wrong."""
        branches = self.parts.kinds[_TASK]
        unsaid = where_extended(reference(self.union[_TASK] + PARTIAL), self._beginning())
        return {
            "type": "object",
            "properties": {_TASK: reference(f"{_TASK}.tag")},
            "allOf": [
                *(case(b, where_extended(reference(b.name + PARTIAL), reference(b.name))) for b in branches),
                unless_known(branches, unsaid),
                skeletons(branches, self.parts),
            ],
        }

    def _beginning(self) -> Schema:
        """A recipe that does not say its task yet: the keys that every task has."""
        names = [branch.name for branch in self.parts.kinds[_TASK]]
        shared = set.intersection(*(set(self.defs[name]["properties"]) for name in names))
        fields = self.defs[self.union[_TASK] + PARTIAL]["properties"]
        known = {key: field for key, field in fields.items() if key in shared}
        return {"properties": known, **demand(["recipe", "name", _TASK])}

    def _component(self, kind: str, flavour: str, default: Branch | None = None) -> Schema:
        """A map whose tag decides on the settings, or a bare word, or a reference.

        Without the tag it is the default component; or, in a layer, any.
        """
        branches, tag = self.parts.kinds[kind], self.parts.tag(kind)
        any_branch = reference(self.union[kind] + PARTIAL)
        fallback = [unless_known(branches, any_branch)] if flavour else [where_referred(tag, any_branch)]
        if default:
            fallback.append(unless_tagged(tag, reference(default.name + PARTIAL)))
        bare = [branch for branch in branches if self.parts.stands_alone(branch)]
        return {
            **({"anyOf": [_choice(kind, bare), {"title": "map", "type": "object"}, REFERENCE_TEXT]} if bare else MAP),
            "properties": {tag: reference(f"{kind}.tag")},
            "allOf": [
                *([] if flavour or default else [{"required": [tag]}]),
                *(case(branch, reference(branch.name + flavour)) for branch in branches),
                *fallback,
                skeletons(branches, self.parts),
            ],
        }

    def _tag(self, kind: str) -> Schema:
        """What the tag may be."""
        about = self._about_tag(kind)
        return {"anyOf": [_choice(about["title"], self.parts.kinds[kind]), REFERENCE_TEXT], **about}

    def _about_tag(self, kind: str) -> Schema:
        words = {"enum": [branch.word for branch in self.parts.kinds[kind]]}
        title = self.words.signature(self.parts.tag(kind), words, is_required=True)
        return {"title": title, "description": f"Which {kind} this is."}

    def _add_layering(self, name: str) -> None:
        """Let a recipe have `extends`, `vars` and `profiles`. A profile has only the second of them."""
        keys = {key: self._field(key, raw, FULL) for key, raw in LAYERING.items()}
        keys["profiles"] |= {"additionalProperties": reference(name + OVERLAY)}
        partial = self.defs[name + PARTIAL]
        self.defs[name + OVERLAY] = {**partial, "properties": {**partial["properties"], "vars": keys["vars"]}}
        for flavour in (FULL, PARTIAL):
            whole = self.defs[name + flavour]
            self.defs[name + flavour] = {**whole, "properties": {**keys, **whole["properties"]}}

    def _section(self, name: str, raw: Schema, flavour: str) -> Schema:
        """A map of settings. Its own description is told where it is used."""
        if "properties" not in raw:
            return self._shape(raw, flavour)
        required = [] if flavour else raw.get("required", [])
        fields = {
            key: self._field(key, inner, flavour, is_required=key in raw.get("required", []))
            for key, inner in raw["properties"].items()
        }
        demands: Schema = {"required": required} if required else {}
        if kind := self.kind_of_section.get(name):
            fields[self.parts.tag(kind)] = self._about_tag(kind)
            demands = demand(required)
        return {**MAP, "properties": fields, **demands, "additionalProperties": False}

    def _field(self, name: str, raw: Schema, flavour: str, *, is_required: bool = False) -> Schema:
        """One setting: what it may be, with its signature and its documentation."""
        title = self.words.signature(name, raw, is_required=is_required)
        shape = self._shape(raw, flavour)
        if "anyOf" in shape:
            shape["anyOf"][0]["title"] = title
        return {**shape, "title": title, **self.words.documentation(raw)}

    def _shape(self, raw: Schema, flavour: str) -> Schema:
        """What a value may be: a section, a component, or neither. One of several such things is left unchecked."""
        options = alternatives(raw)
        targets = [target for option in options if (target := name_of(option) or kind_of(option))]
        null = NULLABLE if {"type": "null"} in options else ""
        if len(targets) == 1 and len(options) == (2 if null else 1):
            default = None if flavour else self.parts.default(raw)
            return reference((_defaulting(default) if default else targets[0] + flavour) + null)
        if targets:
            return {}
        return leaf([self._container(option, flavour) for option in options], self.words.types(raw), raw.get("default"))

    def _container(self, option: Schema, flavour: str) -> Schema:
        """A list or a map of settings. A list is replaced as a whole, never merged, so its items are complete."""
        result: dict[str, Any] = dict(option)
        if "items" in option:
            result["items"] = self._item(option["items"], FULL)
        if "prefixItems" in option:
            result["prefixItems"] = [self._item(item, FULL) for item in option["prefixItems"]]
        if "additionalProperties" in option:
            result["additionalProperties"] = self._item(option["additionalProperties"], flavour)
        return result

    def _item(self, raw: Any, flavour: str) -> Any:
        return self._shape(raw, flavour) if isinstance(raw, dict) else raw


def _defaulting(branch: Branch) -> str:
    """The definition of a setting that has this component by default."""
    return f"{branch.cls.kind}.or.{branch.word}"


def _choice(title: str, branches: tuple[Branch, ...] | list[Branch]) -> Schema:
    documented = [branch.doc for branch in branches]
    return {"title": title, "enum": [branch.word for branch in branches], "markdownEnumDescriptions": documented}
