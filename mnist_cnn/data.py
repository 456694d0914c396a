"""MNIST from a file: the shipped one, Keras' own ``mnist.npz``, or a folder of IDX files.

The data set is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges (CC BY-SA 3.0).
"""

import gzip
import hashlib
import struct
import zipfile
from lzma import LZMAError
from pathlib import Path
from zlib import error as ZlibError

import numpy as np
from numpy.typing import NDArray

DATA_PATH = Path(__file__).resolve().parent.parent / "assets" / "mnist.npz"

N_CLASSES = 10
# The validation part: the last 12,000 training images, Keras' ``validation_split=0.2``.
VALIDATION_SPLIT = 0.2

# array: (IDX file, shape, MD5 of the uncompressed IDX file as published with the data set)
CONTENTS = {
    "x_train": ("train-images-idx3-ubyte", (60000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
    "y_train": ("train-labels-idx1-ubyte", (60000,), "a25bea736e30d166cdddb491f175f624"),
    "x_test": ("t10k-images-idx3-ubyte", (10000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
    "y_test": ("t10k-labels-idx1-ubyte", (10000,), "27ae3e4e09519cfbb04c329615203637"),
}

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]


class DataError(Exception):
    """The data cannot be used; the message says why and what to do."""


def load_mnist(path: Path | str = DATA_PATH) -> tuple[tuple[Images, Labels], tuple[Images, Labels]]:
    """Load MNIST and verify it against the four published MD5 sums.

    Args:
        path: an ``.npz`` file with ``x_train``, ``y_train``, ``x_test`` and ``y_test``,
            or a folder with the four IDX files, gzipped or not.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: uint8 images (60000, 28, 28) and
        (10000, 28, 28) with ink 255 on background 0, and uint8 labels 0 to 9.

    Raises:
        DataError: when a file is missing, cut short, of another shape, or not MNIST.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"No data at {path}. Give an mnist.npz or a folder of IDX files.")
    arrays = {name: _read(path, name) for name in CONTENTS}
    for name, array in arrays.items():
        _verify(path, name, array)
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def fingerprint(*arrays: NDArray[np.uint8]) -> str:
    """Return the SHA-256 of arrays, each written as an IDX file, one after the other."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(_idx_bytes(array))
    return digest.hexdigest()


def _verify(path: Path, name: str, array: NDArray[np.uint8]) -> None:
    _, shape, md5 = CONTENTS[name]
    if array.shape != shape or array.dtype != np.uint8:
        found = f"{array.dtype} {array.shape}"
        raise DataError(f"{name} in {path} is {found}, but MNIST has uint8 {shape}.")
    if hashlib.md5(_idx_bytes(array), usedforsecurity=False).hexdigest() != md5:
        raise DataError(f"{name} in {path} has MNIST's shape but not its contents.")


def _read(path: Path, name: str) -> NDArray[np.uint8]:
    return _read_idx(path, CONTENTS[name][0]) if path.is_dir() else _read_npz(path, name)


def _read_npz(path: Path, name: str) -> NDArray[np.uint8]:
    try:
        # NumPy leaves a file that it opened itself open when it is no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return archive[name]
    except KeyError:
        raise DataError(f"{path} has no array {name}; is it MNIST?") from None
    except (OSError, EOFError, ValueError, LZMAError, ZlibError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is damaged, cut short or not an .npz file: {error}") from error
    except (AttributeError, TypeError):  # a lone .npy array loads, but is no archive
        raise DataError(f"{path} is a single array, not an .npz file.") from None


def _read_idx(folder: Path, file_name: str) -> NDArray[np.uint8]:
    spellings = [file_name, file_name.replace("-idx", ".idx")]
    candidates = [folder / (name + suffix) for name in spellings for suffix in ("", ".gz")]
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        raise DataError(f"{folder} has no {file_name}, gzipped or not.")
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, ZlibError) as error:
        raise DataError(f"{path} is damaged or cut short: {error}") from error
    return _parse_idx(path, content)


def _parse_idx(path: Path, content: bytes) -> NDArray[np.uint8]:
    """Parse an IDX file of bytes: two zeros, type 8, the number of axes, their lengths, data."""
    n_axes = content[3] if len(content) > 3 else 0
    if content[:3] != b"\0\0\x08" or n_axes not in (1, 3) or len(content) < 4 + 4 * n_axes:
        raise DataError(f"{path} is not an IDX file of bytes.")
    shape = struct.unpack_from(f">{n_axes}I", content, 4)
    data = np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes)
    if data.size != np.prod(shape, dtype=object):
        raise DataError(f"{path} is cut short: {data.size:,} bytes of data for {shape}.")
    return data.reshape(shape)


def _idx_bytes(array: NDArray[np.uint8]) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()
