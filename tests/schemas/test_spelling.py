import pytest

from recipe.schemas.spelling import certain, edit_distance, nearest

TRAIN = ["epochs", "batch_size", "image_size", "warmup_epochs", "warmup_bias_lr", "clip_grad_norm", "early_stopping"]


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("ab", "ab", 0), ("ab", "ba", 1), ("abc", "ac", 1), ("ac", "abc", 1), ("abc", "axc", 1), ("ab", "xy", 2)],
)  # fmt: skip
def test_the_distance_counts_neighbours_that_changed_places_once(one, other, distance):
    assert edit_distance(one, other, 5) == distance


def test_a_distance_above_the_limit_is_not_told():
    assert edit_distance("abcdef", "uvwxyz", 3) is None
    assert edit_distance("a", "abcdef", 3) is None


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("epocs", ("epochs",)), ("batch", ("batch_size",)), ("size", ("batch_size", "image_size")),
        ("Image-Size", ("image_size",)), ("clip_norm", ("clip_grad_norm",)), ("early_stop", ("early_stopping",)),
        ("warmup", ("warmup_epochs", "warmup_bias_lr")), ("clip_n", ("clip_grad_norm",)), ("colour", ()), ("", ()), ("x", ()),
    ],
)  # fmt: skip
def test_the_nearest_words(word, found):
    assert nearest(word, TRAIN) == found


def test_another_case_is_the_answer_alone():
    assert nearest("adamw", ["Adam", "AdamW", "SGD"]) == ("AdamW",)
    assert nearest("AdamV", ["Adam", "AdamW", "SGD"]) == ("Adam", "AdamW")


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("epocs", TRAIN, "epochs"), ("imagesize", TRAIN, "image_size"), ("batch", TRAIN, None), ("hsv_x", ["hsv_h", "hsv_s"], None),
        ("l", ["lr"], None), ("lrs", ["lr"], None), ("AdamV", ["Adam", "AdamW"], None), ("adamw", ["Adam", "AdamW"], "AdamW"),
    ],
)  # fmt: skip
def test_only_one_possible_meaning_is_certain(word, known, meant):
    assert certain(word, known) == meant
