"""Read a written plan back, with the values of `${env:…}` taken from the environment again."""

import json
from collections.abc import Mapping as Environment
from typing import Any

from pydantic import ValidationError

from recipe.compiler.interpolate import interpolate
from recipe.compiler.nodes import Entry, Mapping, Origin, Scalar
from recipe.compiler.report import Report
from recipe.schemas.base import FrozenDict, canonical_json
from recipe.schemas.diagnostics import Diagnostic, RecipeError, Span
from recipe.schemas.plan import MatrixPlan, Plan, RunPlan, SearchPlan, put


def load_plan(text: str, file: str, environment: Environment[str, str]) -> Plan:
    """The plan that `recipe plan -o` or a run wrote. Raises `RecipeError` (R613, R307)."""
    try:
        data = json.loads(text)
        for run in _runs_of(data):
            for dotted, template in run["secrets"].items():
                put(run["recipe"], dotted, _from_environment(template, environment))
        return _model_of(data).model_validate_json(canonical_json(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RecipeError(_bad_plan(file, f"{where}: {first['msg']}")) from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise RecipeError(_bad_plan(file, f"{type(error).__name__}: {error}")) from None


def _model_of(data: dict[str, Any]) -> type[Plan]:
    return MatrixPlan if "members" in data else SearchPlan if "base" in data else RunPlan


def _runs_of(data: dict[str, Any]) -> list[Any]:
    """The single runs in a plan of any kind."""
    if "members" in data:
        return [member["plan"] for member in data["members"]]
    return [data.get("base", data)]


def _from_environment(template: str, environment: Environment[str, str]) -> Any:
    report = Report()
    source = report.add_source("plan.json", template, ".")
    span = Span(source.index, 0, len(template))
    node = Scalar(template, template, span, (Origin("file", span, "."),))
    root = Mapping(FrozenDict({"value": Entry(span, node)}), span, ())
    result = interpolate(root, environment, ".", report).get("value")
    report.stop_on_errors()
    assert isinstance(result, Scalar)
    return result.value


def _bad_plan(file: str, reason: str) -> Diagnostic:
    help_ = "make it again with `recipe plan FILE -o plan.json`"
    return Diagnostic("R613", f"not a plan of this version: {reason}", help=(help_,), file=file)
