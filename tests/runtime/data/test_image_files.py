"""What each kind of image file becomes: 8 bits of red, green and blue."""

import numpy as np
import pytest
from PIL import Image

from recipe.runtime.data.image_files import UnusableImage, decode_file

SHADES = np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5


def saved(folder, image, ending="png", **how):
    file = folder / f"image.{ending}"
    image.save(file, **how)
    return str(file)


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "CMYK"])
def test_pixels_are_those_of_image_folder(mode, tmp_path):
    from torchvision.datasets.folder import default_loader

    file = saved(tmp_path, Image.fromarray(SHADES).convert(mode), "tiff" if mode == "CMYK" else "png")
    pixels = decode_file(file)
    assert (pixels.dtype, pixels.shape) == (np.uint8, (4, 4, 3))
    assert (pixels == np.asarray(default_loader(file))).all()
    assert pixels.flags.writeable, "torch warns of others"


def test_alpha_is_dropped_and_not_blended(tmp_path):
    image = Image.fromarray(SHADES).convert("RGBA")
    image.putalpha(0)
    assert (decode_file(saved(tmp_path, image)) == SHADES).all()


def test_the_orientation_of_a_camera_is_not_followed(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode_file(saved(tmp_path, Image.new("RGB", (6, 3)), "jpg", exif=exif)).shape == (3, 6, 3)


@pytest.mark.parametrize("ending", ["png", "tiff", "pgm"])
def test_levels_of_16_bits_are_scaled_and_not_clipped(ending, tmp_path):
    levels = np.array([[0, 128, 129, 257], [300, 32768, 65407, 65535]], np.uint16)
    if ending == "pgm":
        (tmp_path / "image.pgm").write_bytes(b"P5 4 2 65535\n" + levels.astype(">u2").tobytes())
        pixels = decode_file(str(tmp_path / "image.pgm"))
    else:
        pixels = decode_file(saved(tmp_path, Image.fromarray(levels), ending))
    assert pixels[..., 0].tolist() == [[0, 0, 1, 1], [1, 128, 255, 255]]
    assert (pixels == pixels[..., :1]).all()


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_levels_whose_range_nobody_knows_are_refused(kind, tmp_path):
    file = saved(tmp_path, Image.fromarray(np.ones((2, 2), kind)), "tiff")
    with pytest.raises(UnusableImage, match="32 bits"):
        decode_file(file)
