"""A few lines must not become work for ever, and a hostile file not a flood of messages."""

import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import MAX_ERRORS, Report
from recipe.schemas.diagnostics import RecipeError
from tests.conftest import MINIMAL


def problems(recipe_file, text):
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(recipe_file(text))), Report())
    assert caught.value.sources
    return caught.value.diagnostics


def variables(first, following, number):
    lines = [f"  a{index}: {following.replace('@', f'${{vars.a{index - 1}}}')}" for index in range(1, number)]
    return MINIMAL + "\n".join(["vars:", f"  a0: {first}", *lines]) + "\n"


def test_texts_that_double_each_other_end(recipe_file):
    (found,) = problems(recipe_file, variables("xxxxxxxxxx", '"@@"', 60))
    assert found.code == "R202"
    assert "characters" in found.message


def test_maps_that_double_each_other_end(recipe_file):
    (found,) = problems(recipe_file, variables("{k: 1}", '{x: "@", y: "@"}', 60))
    assert found.code == "R202"
    assert "values" in found.message


def test_a_long_chain_of_references_ends(recipe_file):
    found = problems(recipe_file, variables("1", '"@"', 500) + 'seed: "${vars.a499}"\n')
    assert {each.code for each in found} == {"R203"}


def test_a_chain_of_reasonable_length_is_followed(recipe_file):
    text = variables("7", '"@"', 90) + 'seed: "${vars.a89}"\n'
    assert check_recipe(Request(str(recipe_file(text))), Report()).recipe.seed == 7


def test_nested_lists_stay_within_the_depth_through_references(recipe_file):
    found = problems(recipe_file, variables("[1]", '["@"]', 120))
    assert "R203" in {each.code for each in found}


def test_the_check_ends_after_many_mistakes_and_says_so(recipe_file):
    found = problems(recipe_file, MINIMAL + "".join(f"wrong{number}: 1\n" for number in range(500)))
    assert len(found) == MAX_ERRORS
    assert sum(any("there may be more" in note for note in each.help) for each in found) == 1


def test_exactly_as_many_mistakes_as_are_told_are_all_told(recipe_file):
    text = MINIMAL + "".join(f"wrong{number}: 1\n" for number in range(MAX_ERRORS - 1))
    found = problems(recipe_file, text)
    assert len(found) == MAX_ERRORS - 1
    assert not any("there may be more" in note for each in found for note in each.help)
