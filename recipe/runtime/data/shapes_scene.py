"""What an image of `builtin:shapes` shows, how it is painted, and where the boxes are.

Each image is a scene of its own random stream, named by seed, split and number. So the first 400 of 800 images are
the 400 of a smaller dataset, and the splits have nothing in common. A box is tight around what can be *seen* of its
shape, as in COCO; a shape that would hide too much of another is not placed, so everything that was drawn is labelled.
"""

from math import cos, pi, sin
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recipe.schemas.tasks.detection import Shapes

Split = Literal["train", "val"]
SPLITS: tuple[Split, ...] = ("train", "val")
CLASSES = ("rectangle", "circle", "triangle")

_ATTEMPTS = 30
_SMALLEST_RADIUS = 4.0

Floats = NDArray[np.float32]
Owners = NDArray[np.int16]


class Level(NamedTuple):
    """What one `difficulty` stands for. Radii are fractions of the image's side, colours go from 0 to 1."""

    min_shapes: int
    max_shapes: int
    min_radius: float
    max_radius: float
    contrast: float
    """Largest difference of a colour channel between a shape and the mean of the background."""
    texture: float
    """Strength of the pattern of the background: its largest deviation from the mean."""
    grain: float
    """Largest deviation by the noise over the whole image."""
    visible: float
    """Part of each shape that later ones must leave to be seen."""


_EASY = Level(1, 3, 0.14, 0.26, 0.50, 0.05, 0.02, 1.0)
_HARD = Level(4, 10, 0.05, 0.14, 0.20, 0.15, 0.08, 0.6)


class Shape(NamedTuple):
    """A circle, or a convex polygon whose corners lie on one. Lengths in pixels; y points down."""

    kind: int
    """Index into `CLASSES`."""
    x: float
    y: float
    radius: float
    corners: tuple[float, ...]
    """Angles of the corners as seen from the centre, in rising order; none for a circle."""
    colour: tuple[float, ...]


class Scene(NamedTuple):
    """One image before it is painted: later shapes lie over earlier ones."""

    background: Floats
    """Height × width × 3, about 0 to 1."""
    shapes: tuple[Shape, ...]
    grain: Floats


class Box(NamedTuple):
    """Half-open ranges of pixels around what can be seen of a shape."""

    kind: int
    left: int
    top: int
    right: int
    bottom: int


def level_of(difficulty: float) -> Level:
    """What a difficulty from 0 to 1 stands for, between the easiest and the hardest level."""
    mixed = [easy + (hard - easy) * difficulty for easy, hard in zip(_EASY, _HARD, strict=True)]
    return Level(round(mixed[0]), round(mixed[1]), *mixed[2:])


def compose_scene(settings: Shapes, split: Split, index: int) -> Scene:
    """Decide what image `index` of a split shows; how many images there are plays no part."""
    random = np.random.default_rng([settings.seed, SPLITS.index(split), index])
    level, size = level_of(settings.difficulty), settings.image_size
    mean = 0.2 + 0.6 * _uniform(random, 3)
    background = mean + level.texture * _pattern(random, size)[..., None] * (0.3 + 0.7 * _uniform(random, 3))
    shapes = _place_shapes(random, level, size, mean)
    return Scene(background, shapes, grain=level.grain * (2 * _uniform(random, (size, size, 3)) - 1))


def paint(scene: Scene) -> NDArray[np.uint8]:
    """The pixels of a scene (height × width × 3), edges smoothed over one pixel."""
    pixels = scene.background.copy()
    for shape in scene.shapes:
        window, coverage = _coverage(shape, len(pixels))
        pixels[window] += coverage[..., None] * (np.array(shape.colour, np.float32) - pixels[window])
    pixels += scene.grain
    levels: NDArray[np.uint8] = np.clip(255 * pixels + 0.5, 0, 255).astype(np.uint8)
    return levels


def visible_boxes(scene: Scene) -> tuple[Box, ...]:
    """The box around the visible part of each shape, in the order of the shapes."""
    owners = _nobody(len(scene.background))
    for number, shape in enumerate(scene.shapes, 1):
        _claim(owners, shape, number)
    return tuple(_box(shape.kind, owners == number) for number, shape in enumerate(scene.shapes, 1))


def _place_shapes(random: np.random.Generator, level: Level, size: int, mean: Floats) -> tuple[Shape, ...]:
    """Place as many shapes as the level asks for, or as find room."""
    shapes: list[Shape] = []
    areas: list[int] = []
    owners = _nobody(size)
    for _ in range(random.integers(level.min_shapes, level.max_shapes + 1)):
        colour = _colour(random, level.contrast, mean, shapes)
        candidates = (_random_shape(random, level, size, colour) for _ in range(_ATTEMPTS))
        least = level.visible * np.array(areas)
        if shape := next((shape for shape in candidates if _leaves_in_sight(shape, owners, least)), None):
            shapes.append(shape)
            areas.append(_claim(owners, shape, len(shapes)))
    return tuple(shapes)


def _leaves_in_sight(shape: Shape, owners: Owners, least: NDArray[np.float64]) -> bool:
    """Whether of each earlier shape at least so many pixels could still be seen under this one."""
    window, coverage = _coverage(shape, len(owners))
    hidden = np.bincount(owners[window][coverage >= 0.5], minlength=len(least) + 1)[1:]
    seen = np.bincount(owners.ravel(), minlength=len(least) + 1)[1:]
    return bool((seen - hidden >= least).all())


def _random_shape(random: np.random.Generator, level: Level, size: int, colour: tuple[float, ...]) -> Shape:
    wanted = size * (level.min_radius + (level.max_radius - level.min_radius) * float(random.random()))
    radius = max(wanted, _SMALLEST_RADIUS)
    kind = int(random.integers(len(CLASSES)))
    x, y = radius + (size - 2 * radius) * random.random(2)
    return Shape(kind, float(x), float(y), radius, _corners(random, kind), colour)


def _corners(random: np.random.Generator, kind: int) -> tuple[float, ...]:
    """Corners of a shape turned by any angle: a rectangle up to 2:1, a triangle that is about equilateral."""
    turn, first, second = random.random(3)
    if CLASSES[kind] == "circle":
        return ()
    if CLASSES[kind] == "triangle":
        relative = [0.0, 120 + 15 * (2 * first - 1), 240 + 15 * (2 * second - 1)]
    else:
        half = 26.6 + (45 - 26.6) * first
        relative = [-half, half, 180 - half, 180 + half]
    return tuple(2 * pi * turn + angle * pi / 180 for angle in relative)


def _colour(random: np.random.Generator, contrast: float, mean: Floats, others: list[Shape]) -> tuple[float, ...]:
    """A colour that differs from the mean of the background by the contrast, and from other shapes if it can."""
    strength = 0.2 + 0.8 * _uniform(random, (12, 3))
    step = contrast * strength / strength.max(axis=1, keepdims=True)
    upwards = mean + step
    downwards = mean - step
    up = (_uniform(random, (12, 3)) < 0.5) & (upwards <= 1) | (downwards < 0)
    candidates = np.where(up, upwards, downwards)
    taken = np.array([shape.colour for shape in others] or [tuple(mean)], np.float32)
    distances = np.abs(candidates[:, None] - taken).max(axis=2).min(axis=1)
    return tuple(float(channel) for channel in candidates[distances.argmax()])


def _coverage(shape: Shape, size: int) -> tuple[tuple[slice, slice], Floats]:
    """How much of each pixel a shape covers, 0 to 1, and the window of the image that this is about."""
    left, top = (max(0, int(centre - shape.radius) - 1) for centre in (shape.x, shape.y))
    right, bottom = (min(size, int(centre + shape.radius) + 2) for centre in (shape.x, shape.y))
    x = np.arange(left, right, dtype=np.float32) + 0.5 - shape.x
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - shape.y
    coverage: Floats = np.clip(0.5 - _distance(shape, x, y), 0, 1)
    return (slice(top, bottom), slice(left, right)), coverage


def _distance(shape: Shape, x: Floats, y: Floats) -> Floats:
    """Pixels from the edge of a shape, negative inside; near a polygon's corner a lower bound."""
    if not shape.corners:
        circle: Floats = np.sqrt(x * x + y * y) - shape.radius
        return circle
    ends = (*shape.corners[1:], shape.corners[0] + 2 * pi)
    sides = [((start + end) / 2, (end - start) / 2) for start, end in zip(shape.corners, ends, strict=True)]
    edges = [x * cos(middle) + y * sin(middle) - shape.radius * cos(half) for middle, half in sides]
    polygon: Floats = np.max(edges, axis=0)
    return polygon


def _nobody(size: int) -> Owners:
    return np.zeros((size, size), np.int16)


def _claim(owners: Owners, shape: Shape, number: int) -> int:
    """Enter shape `number` into the map of who is seen where (0: the background); returns its area in pixels."""
    window, coverage = _coverage(shape, len(owners))
    owners[window][coverage >= 0.5] = number
    return int(np.count_nonzero(owners[window] == number))


def _box(kind: int, seen: NDArray[np.bool_]) -> Box:
    columns, rows = np.flatnonzero(seen.any(axis=0)), np.flatnonzero(seen.any(axis=1))
    return Box(kind, int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _pattern(random: np.random.Generator, size: int) -> Floats:
    """A gradient, stripes, checks, clouds or coarse noise, from -1 to 1."""
    kind, turn, waves = random.integers(5), pi * random.random(), 2 + 6 * random.random()
    x = np.arange(size, dtype=np.float32) / size - 0.5
    y = x[:, None]
    along, across = x * cos(turn) + y * sin(turn), y * cos(turn) - x * sin(turn)
    if kind == 0:
        return 1.4 * along
    if kind == 1:
        return _zigzag(along * waves)
    if kind == 2:
        checks: Floats = np.sign(_zigzag(along * waves)) * np.sign(_zigzag(across * waves))
        return checks
    return _clouds(random, size, cells=5 if kind == 3 else size // 4)


def _zigzag(position: Floats) -> Floats:
    """A wave of straight lines: exact arithmetic, where a sine differs between processors."""
    wave: Floats = 4 * np.abs(position - np.floor(position) - 0.5) - 1
    return wave


def _clouds(random: np.random.Generator, size: int, cells: int) -> Floats:
    coarse = Image.fromarray(2 * _uniform(random, (cells, cells)) - 1)
    clouds: Floats = np.asarray(coarse.resize((size, size), Image.Resampling.BILINEAR), np.float32)
    return clouds


def _uniform(random: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
    numbers: Floats = random.random(shape, dtype=np.float32)
    return numbers
