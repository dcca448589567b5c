"""TorchvisionModel."""

from typing import Literal

from recipe.schemas.base import setting
from recipe.schemas.models.imagenet import ImageNetModel

Builder = Literal[
    "alexnet",
    "convnext_base",
    "convnext_large",
    "convnext_small",
    "convnext_tiny",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_v2_l",
    "efficientnet_v2_m",
    "efficientnet_v2_s",
    "googlenet",
    "inception_v3",
    "maxvit_t",
    "mnasnet0_5",
    "mnasnet0_75",
    "mnasnet1_0",
    "mnasnet1_3",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "regnet_x_16gf",
    "regnet_x_1_6gf",
    "regnet_x_32gf",
    "regnet_x_3_2gf",
    "regnet_x_400mf",
    "regnet_x_800mf",
    "regnet_x_8gf",
    "regnet_y_128gf",
    "regnet_y_16gf",
    "regnet_y_1_6gf",
    "regnet_y_32gf",
    "regnet_y_3_2gf",
    "regnet_y_400mf",
    "regnet_y_800mf",
    "regnet_y_8gf",
    "resnet101",
    "resnet152",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "resnext50_32x4d",
    "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_0",
    "shufflenet_v2_x1_5",
    "shufflenet_v2_x2_0",
    "squeezenet1_0",
    "squeezenet1_1",
    "swin_b",
    "swin_s",
    "swin_t",
    "swin_v2_b",
    "swin_v2_s",
    "swin_v2_t",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "vit_b_16",
    "vit_b_32",
    "vit_h_14",
    "vit_l_16",
    "vit_l_32",
    "wide_resnet101_2",
    "wide_resnet50_2",
]
"""Every classifier of torchvision 0.29, by the name of the function that builds it. A test compares."""

_PLAIN_HEADS: dict[str, dict[str, object]] = {
    "googlenet": {"aux_logits": False, "init_weights": True},
    "inception_v3": {"aux_logits": False, "init_weights": True},
}
"""Without their auxiliary heads, which in training give outputs of their own."""

_AS_TRAINED: dict[str, dict[str, object]] = {
    "googlenet": {"transform_input": True},
    "inception_v3": {"transform_input": True},
    "vit_h_14": {"image_size": 518},
}
"""What torchvision sets when it builds them for their ImageNet weights."""


class TorchvisionModel(ImageNetModel):
    """Any classifier of torchvision, by its own name for it."""

    target = "torchvision.models:get_model"
    example = {"name": "mobilenet_v3_small"}
    blocks = (
        r"features\.(?:\d+|denseblock\d+|transition\d+|norm5)|layer\d+\.\d+|layers\.\d+|stage\d+\.\d+"
        r"|trunk_output\.block\d+|blocks\.\d+|inception\d\w|Mixed_\d\w|conv5|norm"
        r"|encoder\.layers\.encoder_layer_\d+|encoder\.ln|classifier(?:\.\d+)?|fc|heads?"
    )

    name: Builder = setting(
        doc="torchvision's name: `resnet101`, `efficientnet_b0`, `mobilenet_v3_small`, `convnext_tiny`, `vit_b_16` …"
    )

    def kwargs(self) -> dict[str, object]:
        """The name, and what torchvision itself would set for it."""
        loads = self.pretrained or self.weights is not None
        return {
            "name": self.name,
            **_PLAIN_HEADS.get(self.name, {}),
            **(_AS_TRAINED.get(self.name, {}) if loads else {}),
        }

    def builder(self) -> str:
        """The name."""
        return self.name
