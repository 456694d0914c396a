"""MNIST loads from every layout, and nothing else is taken for it."""

import gzip
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_cnn.data import CONTENTS, DATA_PATH, DataError, fingerprint, load_mnist

Arrays = dict[str, NDArray[np.uint8]]

TRAIN_IMAGES = "train-images-idx3-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"


@pytest.fixture(scope="session")
def mnist() -> Arrays:
    """Return the shipped arrays by their names in the file."""
    (x_train, y_train), (x_test, y_test) = load_mnist()
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


@pytest.fixture(scope="session")
def idx_files(mnist: Arrays, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the shipped arrays as a folder of IDX files, which tests copy and do not change."""
    folder = tmp_path_factory.mktemp("idx")
    for name, array in mnist.items():
        (folder / CONTENTS[name][0]).write_bytes(idx(array))
    return folder


@pytest.fixture
def folder(idx_files: Path, tmp_path: Path) -> Path:
    """Link the IDX files into a folder in which a test may replace some."""
    for file in idx_files.iterdir():
        os.link(file, tmp_path / file.name)
    return tmp_path


def idx(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def replace(folder: Path, name: str, content: bytes, suffix: str = "") -> None:
    # Writing through the link would change the file that all tests share.
    (folder / name).unlink()
    (folder / (name + suffix)).write_bytes(content)


def assert_is_mnist(path: Path | str, mnist: Arrays) -> None:
    (x_train, y_train), (x_test, y_test) = load_mnist(path)
    loaded = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    for name, array in mnist.items():
        np.testing.assert_array_equal(loaded[name], array)


# What loads


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("x_train", (60000, 28, 28)),
        ("y_train", (60000,)),
        ("x_test", (10000, 28, 28)),
        ("y_test", (10000,)),
    ],
)
def test_the_shipped_file_has_the_documented_shapes(
    mnist: Arrays, name: str, shape: tuple[int, ...]
) -> None:
    assert (mnist[name].shape, mnist[name].dtype) == (shape, np.uint8)


def test_the_shipped_images_are_light_ink_on_a_dark_background(mnist: Arrays) -> None:
    assert np.median(mnist["x_train"][:, 0, 0]) == 0
    assert mnist["x_train"].max() == 255


def test_the_layout_of_keras_loads(mnist: Arrays, tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "mnist.npz", **mnist)
    assert_is_mnist(tmp_path / "mnist.npz", mnist)


def test_a_path_given_as_text_loads(folder: Path, mnist: Arrays) -> None:
    assert_is_mnist(str(folder), mnist)


def test_gzipped_idx_files_load(folder: Path, mnist: Arrays) -> None:
    for name in os.listdir(folder):
        content = (folder / name).read_bytes()
        replace(folder, name, gzip.compress(content, compresslevel=1), ".gz")
    assert_is_mnist(folder, mnist)


def test_idx_files_under_the_names_with_a_dot_load(folder: Path, mnist: Arrays) -> None:
    for file in list(folder.iterdir()):
        file.rename(folder / file.name.replace("-idx", ".idx"))
    assert_is_mnist(folder, mnist)


def test_the_fingerprint_tells_data_apart(mnist: Arrays) -> None:
    other = mnist["y_test"].copy()
    other[0] += 1
    assert fingerprint(other) != fingerprint(mnist["y_test"])


# What is refused


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"No data at {tmp_path / 'nowhere'}"):
        load_mnist(tmp_path / "nowhere")


def test_a_missing_idx_file_is_named(folder: Path) -> None:
    (folder / TEST_IMAGES).unlink()
    with pytest.raises(DataError, match=f"no {TEST_IMAGES}"):
        load_mnist(folder)


def test_a_missing_array_is_named(mnist: Arrays, tmp_path: Path) -> None:
    np.savez(tmp_path / "mnist.npz", x_train=mnist["x_test"])
    with pytest.raises(DataError, match="no array y_train"):
        load_mnist(tmp_path / "mnist.npz")


@pytest.mark.parametrize("size", [0, 10, 5_000_000])
def test_an_npz_that_is_cut_short_is_refused(size: int, tmp_path: Path) -> None:
    short = tmp_path / "mnist.npz"
    short.write_bytes(DATA_PATH.read_bytes()[:size])
    with pytest.raises(DataError, match="cut short"):
        load_mnist(short)


def test_an_npz_with_garbage_inside_is_refused(tmp_path: Path) -> None:
    content = bytearray(DATA_PATH.read_bytes())
    content[1_000_000:1_001_000] = bytes(1000)
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        load_mnist(tmp_path / "mnist.npz")


@pytest.mark.parametrize("size", [16, 17, 1_000_000])
def test_an_idx_file_that_is_cut_short_is_refused(size: int, folder: Path) -> None:
    replace(folder, TRAIN_IMAGES, (folder / TRAIN_IMAGES).read_bytes()[:size])
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} is cut short"):
        load_mnist(folder)


@pytest.mark.parametrize("size", [0, 3, 15])
def test_an_idx_file_without_a_whole_header_is_refused(size: int, folder: Path) -> None:
    replace(folder, TRAIN_IMAGES, (folder / TRAIN_IMAGES).read_bytes()[:size])
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} is not an IDX file"):
        load_mnist(folder)


def test_a_gzipped_idx_file_that_is_cut_short_is_refused(folder: Path, mnist: Arrays) -> None:
    whole = gzip.compress(idx(mnist["y_test"]))
    replace(folder, TEST_LABELS, whole[: len(whole) // 2], ".gz")
    with pytest.raises(DataError, match=f"{TEST_LABELS}.gz is damaged or cut short"):
        load_mnist(folder)


def test_a_file_that_is_named_gz_and_is_not_is_refused(folder: Path, mnist: Arrays) -> None:
    replace(folder, TEST_LABELS, idx(mnist["y_test"]), ".gz")
    with pytest.raises(DataError, match=f"{TEST_LABELS}.gz is damaged"):
        load_mnist(folder)


def test_fewer_images_are_refused_by_their_shape(folder: Path, mnist: Arrays) -> None:
    replace(folder, TRAIN_IMAGES, idx(mnist["x_train"][:100]))
    with pytest.raises(DataError, match=r"x_train .* is uint8 \(100, 28, 28\)"):
        load_mnist(folder)


def test_labels_of_another_type_are_refused(mnist: Arrays, tmp_path: Path) -> None:
    wide = mnist["y_test"].astype(np.int64)
    np.savez(tmp_path / "mnist.npz", **{**mnist, "y_test": wide})
    with pytest.raises(DataError, match="y_test .* is int64"):
        load_mnist(tmp_path / "mnist.npz")


def one_pixel_changed(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    changed = images.copy()
    changed[1234, 14, 14] ^= 1
    return changed


def in_other_order(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return images[::-1].copy()


@pytest.mark.parametrize("change", [one_pixel_changed, in_other_order])
def test_images_of_the_right_shape_that_are_not_mnist_are_refused(
    change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]], folder: Path, mnist: Arrays
) -> None:
    replace(folder, TEST_IMAGES, idx(change(mnist["x_test"])))
    with pytest.raises(DataError, match="x_test .* has MNIST's shape but not its contents"):
        load_mnist(folder)


def test_labels_of_another_data_set_are_refused(folder: Path) -> None:
    # Fashion-MNIST has the same shapes and a thousand test images of each class, too.
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10), 1000)).astype(np.uint8)
    replace(folder, TEST_LABELS, idx(labels))
    with pytest.raises(DataError, match="y_test .* has MNIST's shape but not its contents"):
        load_mnist(folder)


def test_a_text_file_under_the_right_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_text("404: Not Found\n")
    with pytest.raises(DataError, match=r"not an \.npz file"):
        load_mnist(tmp_path / "mnist.npz")


def test_a_single_array_is_refused(mnist: Arrays, tmp_path: Path) -> None:
    np.save(tmp_path / "mnist.npy", mnist["x_test"])
    with pytest.raises(DataError, match="single array"):
        load_mnist(tmp_path / "mnist.npy")


class Trap:
    """Leaves a mark in the file system when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.mark),)


def test_a_pickled_array_is_refused_and_not_unpickled(tmp_path: Path) -> None:
    trapped = np.array([Trap(tmp_path / "sprung")], dtype=object)
    np.savez(tmp_path / "mnist.npz", x_train=trapped)
    with pytest.raises(DataError, match="damaged"):
        load_mnist(tmp_path / "mnist.npz")
    assert not (tmp_path / "sprung").exists()
