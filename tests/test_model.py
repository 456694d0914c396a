"""The network is the tutorial's, predicts fast and exactly, and survives its file."""

import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_cnn import ModelError
from mnist_cnn.backend import keras
from mnist_cnn.model import (
    build_model,
    load_model,
    parameter_arithmetic,
    predict,
    save_model,
)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_model()


def images(n: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).random((n, 28, 28, 1), np.float32)


# The stack


def test_the_layers_are_the_tutorials(model: keras.Model) -> None:
    assert [type(layer).__name__ for layer in model.layers] == [
        "Conv2D",
        "MaxPooling2D",
        "Conv2D",
        "MaxPooling2D",
        "Flatten",
        "Dense",
        "Dense",
    ]


def test_the_layers_give_the_tutorials_shapes(model: keras.Model) -> None:
    assert [layer.output.shape[1:] for layer in model.layers] == [
        (28, 28, 16),
        (14, 14, 16),
        (14, 14, 32),
        (7, 7, 32),
        (1568,),
        (128,),
        (10,),
    ]


def test_the_layers_have_the_tutorials_parameters(model: keras.Model) -> None:
    counts = [layer.count_params() for layer in model.layers]
    assert counts == [160, 0, 4640, 0, 0, 200_832, 1290]
    assert model.count_params() == 206_922


def test_the_activations_are_the_tutorials(model: keras.Model) -> None:
    names = [layer.activation.__name__ for layer in model.layers if layer.weights]
    assert names == ["relu", "relu", "relu", "softmax"]


def test_the_kernels_are_three_by_three(model: keras.Model) -> None:
    sizes = [layer.kernel_size for layer in model.layers if hasattr(layer, "kernel_size")]
    assert sizes == [(3, 3), (3, 3)]


def test_the_arithmetic_multiplies_out_to_the_counts(model: keras.Model) -> None:
    for _, arithmetic, count in parameter_arithmetic(model):
        assert eval(arithmetic.replace("x", "*")) == count


def test_the_arithmetic_is_told_for_each_layer_with_weights(model: keras.Model) -> None:
    assert [arithmetic for _, arithmetic, _ in parameter_arithmetic(model)] == [
        "(3x3x1 + 1) x 16",
        "(3x3x16 + 1) x 32",
        "(1568 + 1) x 128",
        "(128 + 1) x 10",
    ]


# Predictions


def test_every_row_of_probabilities_sums_to_1(model: keras.Model) -> None:
    np.testing.assert_allclose(predict(model, images(20)).sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("n", [1, 1000, 2001])
def test_predictions_equal_those_of_keras(model: keras.Model, n: int) -> None:
    expected = model.predict(images(n), verbose=0)
    np.testing.assert_allclose(predict(model, images(n)), expected, atol=1e-5)


def test_no_tensors_give_no_rows(model: keras.Model) -> None:
    assert predict(model, images(0)).shape == (0, 10)


def test_tensors_in_double_precision_are_taken(model: keras.Model) -> None:
    expected = predict(model, images(2))
    np.testing.assert_array_equal(predict(model, images(2).astype(np.float64)), expected)


def test_predictions_follow_changed_weights(model: keras.Model) -> None:
    other = build_model()
    before = predict(other, images(2))
    other.set_weights(model.get_weights())
    assert not np.array_equal(predict(other, images(2)), before)


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (1, 28, 28), (1, 28, 28, 3), (2, 784)])
def test_tensors_of_another_shape_are_refused(model: keras.Model, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"tensors must be \(n, 28, 28, 1\)"):
        predict(model, np.zeros(shape, np.float32))


# Files


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_a_saved_model_predicts_the_same(model: keras.Model, name: str, tmp_path: Path) -> None:
    save_model(model, tmp_path / name)
    loaded = load_model(tmp_path / name)
    np.testing.assert_allclose(predict(loaded, images(5)), predict(model, images(5)), atol=1e-6)


def test_a_path_given_as_text_works(model: keras.Model, tmp_path: Path) -> None:
    save_model(model, str(tmp_path / "m.keras"))
    assert load_model(str(tmp_path / "m.keras")).count_params() == 206_922


def test_saving_leaves_nothing_else_behind(model: keras.Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m.keras")
    assert [file.name for file in tmp_path.iterdir()] == ["m.keras"]


def test_a_failed_save_leaves_the_old_file(
    model: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: keras.Model, path: Path) -> None:
        Path(path).write_bytes(b"half")
        raise OSError("disk full")

    (tmp_path / "m.keras").write_bytes(b"old")
    monkeypatch.setattr(keras.Model, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        save_model(model, tmp_path / "m.keras")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"m.keras": b"old"}


def trained_a_little() -> keras.Model:
    """Return a model whose optimiser has state."""
    model = build_model()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images(2), np.zeros(2), verbose=0)
    return model


def test_a_keras_file_has_no_optimiser_state(tmp_path: Path) -> None:
    save_model(trained_a_little(), tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert b'"optimizer"' not in archive.read("config.json")
        with archive.open("model.weights.h5") as file, h5py.File(file) as weights:
            assert "optimizer" not in weights


def test_an_h5_file_has_no_optimiser_state(tmp_path: Path) -> None:
    save_model(trained_a_little(), tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert "optimizer_weights" not in file


def refusal(path: Path) -> str:
    """Return the message with which a file is refused, which must be a line."""
    with pytest.raises(ModelError) as caught:
        load_model(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_missing_model_is_refused_with_the_way_to_make_one(tmp_path: Path) -> None:
    assert "python train.py" in refusal(tmp_path / "m.keras")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "No model" in refusal(tmp_path)


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.txt"])
def test_a_text_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("404: Not Found\n")
    assert "damaged or not a Keras model" in refusal(tmp_path / name)


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
@pytest.mark.parametrize("share", [0, 0.1, 0.6, 0.99])
def test_a_model_that_is_cut_short_is_refused(
    model: keras.Model, name: str, share: float, tmp_path: Path
) -> None:
    save_model(model, tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(share * len(content))])
    assert "damaged or not a Keras model" in refusal(tmp_path / name)


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_a_model_for_other_images_is_refused(name: str, tmp_path: Path) -> None:
    layers = keras.layers
    keras.Sequential(
        [keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10, activation="softmax")]
    ).save(tmp_path / name)
    assert "not a digit classifier" in refusal(tmp_path / name)


@pytest.mark.filterwarnings("ignore:You are saving a model that has not yet been built")
def test_a_model_that_was_never_built_is_refused(tmp_path: Path) -> None:
    keras.Sequential([keras.layers.Dense(10)]).save(tmp_path / "m.keras")
    refusal(tmp_path / "m.keras")


def test_a_model_with_two_inputs_is_refused(tmp_path: Path) -> None:
    inputs = [keras.Input((28, 28, 1)), keras.Input((28, 28, 1))]
    output = keras.layers.Dense(10)(keras.layers.Flatten()(keras.layers.Add()(inputs)))
    keras.Model(inputs, output).save(tmp_path / "m.keras")
    assert "not a digit classifier" in refusal(tmp_path / "m.keras")


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_code_in_a_model_file_is_not_run(name: str, tmp_path: Path) -> None:
    mark = tmp_path / "sprung"
    text = str(mark)
    # The function is saved as bytecode, and Keras calls it whenever it builds the layer.
    trap = keras.layers.Lambda(
        lambda x: (__import__("pathlib").Path(text).mkdir(exist_ok=True), x)[1]
    )
    layers = [keras.Input((28, 28, 1)), trap, keras.layers.Flatten(), keras.layers.Dense(10)]
    keras.Sequential(layers).save(tmp_path / name)
    mark.rmdir()
    refusal(tmp_path / name)
    assert not mark.exists()
