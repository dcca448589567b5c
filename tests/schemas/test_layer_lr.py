"""Which rate each parameter gets."""

import pytest

from recipe.schemas.layer_lr import BASE, LayerLR, group_name, groups_of, matched
from recipe.schemas.manifest import manifest_of
from recipe.schemas.models import Model

RESNET = Model.parse({"type": "ResNet18"})
YOLO = Model.parse({"type": "YOLOv8", "size": "n", "weights": "none"})
NAMES = [row.name for row in manifest_of(RESNET)]


def rates(layer_lr, names=NAMES, model=RESNET, lr=1e-3):
    """Parameter → (label, rate)."""
    return dict(zip(names, groups_of(names, layer_lr, lr, model.blocks), strict=True))


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("conv1", "conv1.weight", True),
        ("conv1", "layer1.0.conv1.weight", False),
        ("layer4", "layer4.0.conv1.weight", True),
        ("layer4", "layer40.0.conv1.weight", False),
        ("layer4", "layer4", True),
        ("conv1.weight", "conv1.weight", True),
        ("conv1.w", "conv1.weight", False),
        (r".*\.conv1", "layer1.0.conv1.weight", True),
        (r".*\.conv1", "conv1.weight", False),
        (r".*\.conv1", "layer1.0.conv10.weight", False),
        ("bn1|conv1", "conv1.weight", True),
        ("bn1|conv1", "conv10.weight", False),
        (r"fc\.", "fc.weight", True),
        (r"fc\.", "fc2.weight", False),
        ("^fc", "fc.weight", True),
        ("fc$", "fc.weight", False),
        (r"model\.2", "model.2.m.0.cv1.conv.weight", True),
        (r"model\.2", "model.22.cv2.0.0.conv.weight", False),
    ],
)
def test_patterns_stand_for_whole_modules(pattern, name, fits):
    assert (name in matched(pattern, [name])) == fits


def test_the_first_pattern_that_matches_decides_and_the_others_have_the_base_rate():
    found = rates(LayerLR(rates={"layer4.1": 0.1, "layer4": 0.2, ".*": 0.3}, decay=None))
    assert found["layer4.1.conv1.weight"] == ("layer4.1", 0.1)
    assert found["layer4.0.conv1.weight"] == ("layer4", 0.2)
    assert found["fc.bias"].lr == 0.3
    assert rates(LayerLR(rates={"fc": 0.1}))["conv1.weight"] == (BASE, 1e-3)
    assert set(rates(None).values()) == {(BASE, 1e-3)}


def test_labels_are_names_that_trackers_take_and_differ():
    found = rates(
        LayerLR(rates={r".*\.conv1": 0.1, r".*\.conv2": 0.2, r".*.conv1|bn1": 0.3, "layer1|(fc)": 0.4, "conv1": 1.0})
    )
    labels = {group.lr: group.label for group in found.values()}
    assert labels == {0.1: "conv1-2", 0.2: "conv2", 0.3: "conv1_bn1", 0.4: "layer1_fc", 1.0: "conv1", 1e-3: BASE}


def test_patterns_that_read_alike_have_labels_of_their_own():
    found = rates(
        LayerLR(rates={"(conv1)": 0.1, "conv1|bn1": 0.2, "conv1_bn1|fc": 0.3, "base|layer1": 1, "(base|layer2)": 2})
    )
    labels = [group.label for group in dict.fromkeys(found.values())]
    assert len(labels) == len(set(labels))


def test_decay_by_depth_of_a_resnet():
    """Stem, eight blocks, class head: the head has the base rate, each block below it nine tenths of the next."""
    found = rates(LayerLR(decay=0.9))
    assert list(dict.fromkeys(group.label for group in found.values())) == [
        "stem", *(f"layer{stage}.{block}" for stage in (1, 2, 3, 4) for block in (0, 1)), "fc",
    ]  # fmt: skip
    assert found["fc.weight"].lr == 1e-3
    assert found["layer4.1.bn2.bias"].lr == pytest.approx(0.9e-3)
    assert found["conv1.weight"] == found["bn1.weight"]
    assert found["conv1.weight"].lr == pytest.approx(1e-3 * 0.9**9)


def test_decay_by_depth_of_a_yolo():
    """Layers without parameters count: the exponents are the layers' own numbers."""
    names = [row.name for row in manifest_of(YOLO)]
    found = rates(LayerLR(decay=0.9), names, YOLO)
    by_layer = {group.label: group.lr for group in found.values()}
    assert by_layer["model.22"] == 1e-3
    assert by_layer["model.9"] == pytest.approx(2.542e-4, rel=1e-3)
    assert by_layer["model.0"] == pytest.approx(9.85e-5, rel=1e-3)


def test_a_model_that_says_nothing_of_its_blocks_has_its_outermost_modules():
    names = ["body.0.weight", "body.1.weight", "neck.weight", "head.weight", "head.bias"]
    found = groups_of(names, LayerLR(decay=0.5), 1.0, Model.blocks)
    assert found == [("body", 0.25), ("body", 0.25), ("neck", 0.5), ("head", 1.0), ("head", 1.0)]


def test_groups_are_named_by_role_and_by_layer_where_layers_have_rates():
    assert group_name(None, BASE, "bias") == "bias"
    assert group_name(LayerLR(decay=0.9), "fc", "bias") == "fc/bias"


def test_a_map_keeps_its_order_through_a_plan():
    asked = LayerLR(rates={"layer4": 0.2, "conv1": 0.1})
    again = LayerLR.model_validate_json(asked.model_dump_json())
    assert list(again.rates) == ["layer4", "conv1"]
    assert again == asked != LayerLR(rates={"conv1": 0.1, "layer4": 0.2})
