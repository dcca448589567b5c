"""Whether what a plan rests on is still as it was: its inputs, and the versions that can change its result."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from recipe.schemas.base import FrozenDict
from recipe.schemas.facts import Dataset, Input
from recipe.schemas.plan import Amendment, RunPlan


class Drift(NamedTuple):
    """Something that is not as it was when the plan was made."""

    what: str
    """`dataset`, `weights`, or a package."""
    before: str
    after: str
    message: str


def drifted_inputs(plan: RunPlan, fingerprints: Mapping[str, str]) -> tuple[Drift, ...]:
    """The inputs that have another fingerprint by now."""
    return tuple(
        Drift(each.name, each.fingerprint, now, f"the {each.name} {each.path} has changed since the plan was made")
        for each in plan.inputs
        if (now := fingerprints.get(each.name, "")) != each.fingerprint
    )


def drifted_versions(plan: RunPlan, versions: Mapping[str, str]) -> tuple[Drift, ...]:
    """The packages that have another version by now and can change what the plan's family computes."""
    found = []
    for package in type(plan.recipe).packages:
        before, after = plan.versions.get(package), versions.get(package, "not installed")
        if before is not None and _release(package, before) != _release(package, after):
            message = f"the plan was made with {package} {before}, but here it is {after}"
            found.append(Drift(package, before, after, message))
    return tuple(found)


def _release(package: str, version: str) -> str:
    return ".".join(version.split(".")[:2]) if package == "python" else version


def with_counts(drift: Drift, plan: RunPlan, now: Dataset) -> Drift:
    """A drift of the dataset that says what there was and what there is."""
    before = {**_counts(plan.details.get("images")), "label files": plan.details.get("labels")}
    after = {**_counts(dict(now.images)), "label files": now.labels}
    counts = [
        f"{before[name]} → {after[name]} {name}"
        for name in before.keys() & after.keys()
        if before[name] is not None and before[name] != after[name]
    ]
    newest = f", the newest file is {now.newest}" if now.newest else ""
    what = ", ".join(sorted(counts)) or "as many files as before, but other content, names or times"
    return drift._replace(message=f"{drift.message}: {what}{newest}")


def _counts(images: object) -> dict[str, object]:
    return {f"{split} images": count for split, count in images.items()} if isinstance(images, dict) else {}


def amended(plan: RunPlan, drifts: Sequence[Drift], when: str) -> RunPlan:
    """The plan as it goes on with what has changed, which it remembers."""
    now = {drift.what: drift.after for drift in drifts}
    inputs = tuple(_with_fingerprint(each, now.get(each.name, each.fingerprint)) for each in plan.inputs)
    versions = {package: now.get(package, version) for package, version in plan.versions.items()}
    accepted = (Amendment(what=each.what, before=each.before, after=each.after, when=when) for each in drifts)
    return plan.model_copy(
        update={
            "inputs": inputs,
            "versions": FrozenDict(versions),
            "amendments": (*plan.amendments, *accepted),
        }
    )


def _with_fingerprint(each: Input, fingerprint: str) -> Input:
    return each.model_copy(update={"fingerprint": fingerprint})


def is_same_work(one: RunPlan, other: RunPlan) -> bool:
    """Whether two plans do the same, whatever their inputs and versions were when they were made."""
    return one.digest == other.digest and one.shown() == other.shown()
