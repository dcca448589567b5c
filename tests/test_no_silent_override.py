"""Every leaf of the schema makes a difference in what a run produces, and no value can be changed behind its back.

The plan does not count as a difference, nor does `effective.json`: what counts is weights, logged values, files, exit
codes, and what the libraries are handed.
"""

import pytest
import torch
from pydantic import ValidationError

from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.tasks.classification import Classification
from tests.override import components, sections
from tests.override.bench import Bench
from tests.override.leaves import leaves_of_task
from tests.override.sabotage import SABOTAGE
from tests.override.tiny import install


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder, threads = tmp_path_factory.mktemp("bench"), torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        install(folder / "site", patch)
        patch.setenv("RECIPE_CACHE", str(folder / "cache"))
        patch.setenv("RECIPE_OFFLINE", "1")
        torch.set_num_threads(1)
        (folder / "bench").mkdir()
        yield Bench(folder / "bench")
    torch.set_num_threads(threads)


def leaf(name):
    return name.partition(" ")[0]


def below(leaves, tops):
    return {path for path in leaves if path.partition(".")[0] in tops}


def test_every_leaf_of_classification_has_a_case():
    leaves = set(leaves_of_task("classification")) - {"hardware.devices"}  # a case of its own, which is slow
    leaves -= below(leaves, [*sections.NOTHING_EXECUTES, *sections.FOR_PEOPLE])
    differing = leaves ^ set(map(leaf, sections.CASES))
    assert not differing, f"say in tests/override/sections.py where each of these shows, or take it out: {differing}"


def test_what_the_compiler_settles_has_had_its_effect():
    """No live object holds it, but it shows in a case; or in nothing, for a reason that is given."""
    shown = {place for name in sections.CASES for place in (leaf(name), leaf(name).partition(".")[0])}
    assert set(Classification.settled_by_compiler) - shown == {*sections.NOTHING_EXECUTES, *sections.FOR_PEOPLE}


@pytest.mark.parametrize("name", sections.CASES)
def test_a_leaf_of_classification_makes_a_difference(bench, name):
    case, place = sections.CASES[name], "gates" if name.startswith("gates.") else leaf(name)
    runs = (bench.run({**case.shared, place: case.one}, case.fault, copy) for copy in (0, 1))
    one, again = map(case.look, runs)
    assert one == again, "what is looked at is not the same twice, so it shows nothing"
    assert one != case.look(bench.run({**case.shared, place: case.other}, case.fault))


@pytest.mark.parametrize("path", sections.FOR_PEOPLE)
def test_what_is_for_people_changes_nothing(bench, path):
    """Until this fails: then it has a case to be added."""
    one, other = (bench.run({"trackers": ["Notebook"], path: text}) for text in ("", "other"))
    for look in (sections.weights, sections.rows, sections.files, sections.told):
        assert look(one) == look(other)


@pytest.mark.parametrize("path", sections.HANDED_OVER)
def test_what_this_machine_lacks_is_handed_to_torch_all_the_same(bench, path):
    look, one, other = sections.HANDED_OVER[path]
    assert look(bench, one) != look(bench, other)


@pytest.mark.parametrize("section", sections.NOTHING_EXECUTES)
def test_what_nothing_executes_is_refused(bench, section):
    """Until this fails: then `NOTHING_EXECUTES` has one less, and its leaves need cases."""
    assert bench.run({section: sections.EXAMPLES[section]}).codes == ("R616",)


@pytest.mark.slow
def test_devices_are_processes(bench):
    """`hardware.devices`: the other process is a real one, which imports torch anew."""
    runs = [bench.run({"hardware.devices": count}) for count in (1, 2)]
    assert [ran.loop.world.size for ran in runs] == [1, 2]
    assert runs[0].weights != runs[1].weights


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_value_that_is_changed_behind_the_plan_ends_the_run(bench, name):
    sabotage = SABOTAGE[name]
    ran = bench.run(sabotage.recipe, sabotage.act)
    assert ran.codes == ("R802",), ran.said
    assert any(message.startswith(f"`{leaf(name)}` is ") for message in ran.messages), ran.messages


FIELDS, WITHOUT = components.cases()


def test_every_field_of_a_component_has_a_case():
    assert WITHOUT == [], "add a row to the table of its kind: see tests/override/components.py"
    assert components.rows_without_a_leaf() == []


@pytest.fixture(scope="module")
def put(bench, tmp_path_factory):
    """Replaces the names of places in a field's value."""
    store = tmp_path_factory.mktemp("store")
    places = {
        "$STORE": f"sqlite:///{store}",
        "$MISSING": str(store / "missing.pth"),
        "$SHUFFLENET": str(bench.files / "shufflenet.pth"),
    }

    def put(value):
        for name, place in places.items() if isinstance(value, str) else ():
            value = value.replace(name, place)
        return value

    return put


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_of_a_component_makes_a_difference(name, put, tmp_path):
    field = FIELDS[name]
    one, again, other = (
        field.seen(field.component(value, put), tmp_path / place)
        for value, place in ((field.values.one, "one"), (field.values.one, "again"), (field.values.other, "other"))
    )
    assert one == again, "what is looked at is not the same twice, so it shows nothing"
    assert one != other


@pytest.mark.parametrize("leaf", components.ONE_VALUE)
def test_a_field_with_one_value_takes_no_other(leaf):
    kind, word, name = leaf.split(".")
    for other in (1, 2, 4):
        with pytest.raises(ValidationError):
            CATALOGUE.find(kind, word).model_validate({name: other})
