"""The digits of scikit-learn, as images."""

import sys

import numpy as np
import pytest

from recipe.runtime.data import digits
from recipe.runtime.data.digits import read_digits
from recipe.schemas.diagnostics import RecipeError


@pytest.fixture(scope="module")
def splits():
    return read_digits()


def places(images):
    return [int(images.name(index).partition("/")[2]) for index in range(len(images))]


def test_every_digit_is_in_one_split_and_a_fifth_of_each_class_is_for_validation(splits):
    train, val = splits["train"], splits["val"]
    assert (len(train), len(val)) == (1438, 359)
    assert sorted(places(train) + places(val)) == list(range(1797))
    for label in range(10):
        count = val.labels.count(label)
        assert count == round(0.2 * (train.labels.count(label) + count))


def test_labels_and_pixels_are_those_of_scikit_learn(splits):
    from sklearn.datasets import load_digits

    data = load_digits()
    for images in splits.values():
        assert list(images.labels) == data.target[places(images)].tolist()
        assert images.classes == tuple(map(str, data.target_names))
        for index in (0, len(images) - 1):
            pixels, original = images.decode(index), data.images[places(images)[index]]
            assert (pixels.shape, images.size(index)) == ((32, 32, 3), (32, 32))
            centres = pixels.reshape(8, 4, 8, 4, 3).mean((1, 3, 4))
            assert np.corrcoef(centres.ravel(), original.ravel())[0, 1] > 0.95


def test_the_digits_never_change(splits):
    """Runs on them stay comparable: when this fails, the pixels or the split have changed."""
    assert splits["train"].fingerprint[:16] == "01044027f4c99c1c"
    assert splits["val"].fingerprint[:16] == "ec65871657b2fa52"


def test_a_limit_takes_the_first_of_each_class(splits):
    few = read_digits(3)
    assert [few[split].labels.count(label) for split in few for label in range(10)] == [3] * 20
    assert places(few["train"])[:3] == places(splits["train"])[:3]


def test_scikit_learn_is_not_imported():
    import subprocess

    code = "import sys; from recipe.runtime.data.digits import read_digits as r; r(1); print('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_without_scikit_learn_it_is_told_how_to_install_it(monkeypatch):
    monkeypatch.setattr(digits, "find_spec", lambda _: None)
    digits._load.cache_clear()
    with pytest.raises(RecipeError, match="R609"):
        read_digits()
