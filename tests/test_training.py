"""Training learns, repeats itself, and writes everything or nothing."""

import csv
import json
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import train as command
from mnist_cnn import training
from mnist_cnn.backend import keras
from mnist_cnn.data import fingerprint, load_mnist
from mnist_cnn.diet import MNIST_ONLY, Diet, serve, unseen_drawings
from mnist_cnn.drawings import Drawing
from mnist_cnn.evaluate import evaluate
from mnist_cnn.measure import results
from mnist_cnn.measure.calibration import fit_threshold
from mnist_cnn.model import build_model, load_model, load_threshold, predict
from mnist_cnn.preprocess import to_tensor
from mnist_cnn.training import Recipe, train

Part = tuple[NDArray[np.uint8], NDArray[np.uint8]]

RESULTS = {
    "confusion_matrix.png",
    "handwriting.png",
    "metrics.json",
    "model.keras",
    "reliability.png",
    "test_samples.png",
    "training_curves.png",
    "training_log.csv",
}
SMALL_RUN = ["--mnist-only", "--epochs", "2", "--batch-size", "32", "--seed", "5"]


@pytest.fixture(scope="module")
def small_mnist() -> tuple[Part, Part]:
    (x_train, y_train), (x_test, y_test) = load_mnist()
    return (x_train[:600], y_train[:600]), (x_test[:300], y_test[:300])


@pytest.fixture
def on_small_data(small_mnist: tuple[Part, Part], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let train.py run in seconds: the loader itself takes nothing but the whole of MNIST."""
    monkeypatch.setattr(command, "load_mnist", lambda path: small_mnist)


@pytest.fixture(scope="module")
def finished(small_mnist: tuple[Part, Part], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that one small run of train.py has written."""
    output = tmp_path_factory.mktemp("finished") / "made" / "on the way"
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(command, "load_mnist", lambda path: small_mnist)
        assert command.main([*SMALL_RUN, "--output", str(output)]) == 0
    return output


def first_weights(part: Part, seed: int) -> list[NDArray[np.float32]]:
    images, labels = part
    recipe = Recipe(epochs=1, seed=seed, diet=Diet(drawings=40, doodles=20))
    weights: list[NDArray[np.float32]] = train(
        images[:100], labels[:100], recipe, 0
    ).model.get_weights()
    return weights


# Learning


def test_a_small_training_beats_chance_by_far(small_mnist: tuple[Part, Part]) -> None:
    (x_train, y_train), (x_test, y_test) = small_mnist
    recipe = Recipe(epochs=4, batch_size=32, diet=MNIST_ONLY)
    model = train(x_train, y_train, recipe, verbose=0).model
    assert evaluate(model, x_test, y_test).accuracy > 0.6


@pytest.fixture(scope="module")
def weights(small_mnist: tuple[Part, Part]) -> list[NDArray[np.float32]]:
    return first_weights(small_mnist[0], seed=3)


def test_the_same_seed_gives_the_same_weights(
    weights: list[NDArray[np.float32]], small_mnist: tuple[Part, Part]
) -> None:
    for one, other in zip(weights, first_weights(small_mnist[0], seed=3), strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_seed_gives_other_weights(
    weights: list[NDArray[np.float32]], small_mnist: tuple[Part, Part]
) -> None:
    assert not np.array_equal(weights[0], first_weights(small_mnist[0], seed=4)[0])


def test_the_model_is_compiled_as_the_tutorials(small_mnist: tuple[Part, Part]) -> None:
    images, labels = small_mnist[0]
    recipe = Recipe(epochs=1, diet=MNIST_ONLY)
    model, history, *_ = train(images[:50], labels[:50], recipe, verbose=0)
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert model.loss == "sparse_categorical_crossentropy"
    assert "val_sparse_categorical_accuracy" in history


def test_the_last_fifth_is_not_learnt_from(
    weights: list[NDArray[np.float32]], small_mnist: tuple[Part, Part]
) -> None:
    images, labels = small_mnist[0]
    images = images.copy()
    images[80:100] = 0
    np.testing.assert_array_equal(weights[0], first_weights((images, labels), seed=3)[0])


def test_images_are_scaled_before_they_are_learnt_from(
    small_mnist: tuple[Part, Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[NDArray[np.float32]] = []

    class Recorded(Exception):
        pass

    def fit(self: keras.Model, images: NDArray[np.float32], *args: Any, **kwargs: Any) -> None:
        seen.append(images)
        raise Recorded

    monkeypatch.setattr(keras.Model, "fit", fit)
    with pytest.raises(Recorded):
        train(*small_mnist[0], Recipe(diet=MNIST_ONLY), verbose=0)
    assert seen[0].max() == 1


def test_the_threshold_is_that_of_the_rounded_weights(small_mnist: tuple[Part, Part]) -> None:
    images, labels = small_mnist[0]
    trained = train(images[:100], labels[:100], Recipe(epochs=1, diet=MNIST_ONLY), verbose=0)
    probabilities = predict(trained.model, to_tensor(images[80:100]))
    assert trained.threshold == fit_threshold(probabilities)


def test_the_last_layer_is_given_the_same_activity_in_every_network(
    small_mnist: tuple[Part, Part],
) -> None:
    images, labels = small_mnist[0]
    model = train(images[:100], labels[:100], Recipe(epochs=1, diet=MNIST_ONLY), verbose=0).model
    given = keras.Model(model.inputs, model.layers[-2].output)
    activations = given.predict(to_tensor(images[80:100]), verbose=0)
    assert np.sum(activations**2, axis=1).mean() == pytest.approx(training.ACTIVITY, rel=0.01)


def test_levelling_changes_no_answer() -> None:
    keras.utils.set_random_seed(0)
    model = build_model()
    tensors = np.random.default_rng(0).random((20, 28, 28, 1), np.float32)
    before = predict(model, tensors)
    training._level(model, tensors)
    np.testing.assert_allclose(np.asarray(model(tensors)), before, atol=1e-6)


# The learning rate


def rates(recipe: Recipe, n_steps: int) -> NDArray[np.float64]:
    schedule = training._schedule(recipe, n_steps)
    return np.array([float(schedule(step)) for step in range(n_steps + 1)])


def test_the_learning_rate_starts_at_0_and_ends_at_about_0() -> None:
    schedule = rates(Recipe(), 200)
    assert schedule[0] == 0
    assert schedule[-1] == pytest.approx(0, abs=1e-9)


def test_the_learning_rate_peaks_after_the_warm_up() -> None:
    schedule = rates(Recipe(peak_learning_rate=0.01, warm_up=0.25), 200)
    assert schedule.argmax() == 50
    assert schedule.max() == pytest.approx(0.01)


def test_the_learning_rate_climbs_and_then_falls() -> None:
    steps = np.diff(rates(Recipe(), 200))
    assert (steps[:20] > 0).all()
    assert (steps[20:] <= 0).all()


def test_the_learning_rate_is_down_to_0_when_the_training_ends(
    small_mnist: tuple[Part, Part],
) -> None:
    images, labels = small_mnist[0]
    # 101 images leave 81 to train on: steps are counted without the validation part.
    recipe = Recipe(epochs=2, batch_size=16, diet=MNIST_ONLY)
    model = train(images[:101], labels[:101], recipe, verbose=0).model
    assert int(model.optimizer.iterations) == 12
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-9)


def test_a_batch_larger_than_the_data_is_one_step(small_mnist: tuple[Part, Part]) -> None:
    images, labels = small_mnist[0]
    recipe = Recipe(epochs=1, batch_size=4096, diet=MNIST_ONLY)
    model = train(images[:50], labels[:50], recipe, verbose=0).model
    assert np.isfinite(model.get_weights()[0]).all()


# The diet


def epoch(diet: Diet, number: int = 0, seed: int = 0) -> Part:
    """Serve one of three epochs, with 40 images of MNIST that stand for their number."""
    images = np.arange(40, dtype=np.uint8)[:, np.newaxis, np.newaxis].repeat(28, 1).repeat(28, 2)
    return serve((images, np.full(40, 3, np.uint8)), diet, number, 3, seed)


def test_an_epoch_serves_every_image_of_mnist_once() -> None:
    images, labels = epoch(MNIST_ONLY)
    assert sorted(images[:, 0, 0]) == list(range(40))
    assert set(labels) == {3}


def test_an_epoch_serves_as_many_drawings_and_doodles_as_the_diet_says() -> None:
    assert len(epoch(Diet(drawings=30, doodles=10))[0]) == 80


def test_the_last_epoch_serves_its_share_of_them() -> None:
    assert len(epoch(Diet(drawings=30, doodles=10, last_share=0.5), number=2)[0]) == 60


def test_drawings_are_new_in_each_epoch() -> None:
    diet = Diet(drawings=30, doodles=10)
    first, second = ({image.tobytes() for image in epoch(diet, k)[0]} for k in (0, 1))
    assert len(first & second) == 40  # the images of MNIST


def test_drawings_to_measure_on_are_none_that_were_trained_on() -> None:
    trained_on = {image.tobytes() for image in epoch(Diet(30, 10), seed=7)[0]}
    assert not trained_on & {image.tobytes() for image in unseen_drawings(30, seed=7)[0]}


# What train.py writes


def test_exactly_the_named_files_are_written(finished: Path) -> None:
    assert set(contents(finished)) == RESULTS


def test_the_log_has_a_row_an_epoch_under_the_names_of_keras(finished: Path) -> None:
    with (finished / "training_log.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == [
        "epoch",
        "loss",
        "sparse_categorical_accuracy",
        "val_loss",
        "val_sparse_categorical_accuracy",
    ]
    assert [row[0] for row in rows] == ["1", "2"]


def test_the_metrics_describe_the_run(finished: Path, small_mnist: tuple[Part, Part]) -> None:
    metrics = json.loads((finished / "metrics.json").read_text())
    (x_train, y_train), (x_test, y_test) = small_mnist
    assert metrics["parameters"] == 206_922
    assert metrics["recipe"]["seed"] == 5
    assert metrics["recipe"]["epochs"] == 2
    assert metrics["data_sha256"] == fingerprint(x_train, y_train, x_test, y_test)
    assert metrics["wall_time_seconds"] > 0
    assert set(metrics["versions"]) == {"python", "tensorflow", "keras", "numpy"}


def test_the_metrics_are_those_of_the_written_model(
    finished: Path, small_mnist: tuple[Part, Part]
) -> None:
    metrics = json.loads((finished / "metrics.json").read_text())
    model = load_model(finished / "model.keras")
    result = evaluate(model, *small_mnist[1])
    assert metrics["test_accuracy"] == pytest.approx(result.accuracy, abs=1e-9)
    assert metrics["test_loss"] == pytest.approx(result.loss, abs=1e-5)
    assert metrics["per_class_accuracy"] == pytest.approx(result.per_class)
    assert metrics["weights_sha256"] == results.weights_digest(model)


def test_the_written_weights_are_what_float16_holds(finished: Path) -> None:
    metrics = json.loads((finished / "metrics.json").read_text())
    assert metrics["weights_dtype"] == "float16"
    for weights in load_model(finished / "model.keras").get_weights():
        np.testing.assert_array_equal(weights, weights.astype(np.float16))


def test_the_metrics_say_how_reliable_the_written_model_is(
    finished: Path, small_mnist: tuple[Part, Part]
) -> None:
    # With an empty bin, as in most runs; JSON knows no nan.
    written = json.loads((finished / "metrics.json").read_text(), parse_constant=pytest.fail)
    model = load_model(finished / "model.keras")
    expected = evaluate(model, *small_mnist[1]).reliability
    found = written["reliability"]["test"]
    assert found["images"] == 300
    for name, values in expected._asdict().items():
        got = np.array([np.nan if value is None else value for value in found[name]])
        np.testing.assert_allclose(got, values, atol=1e-6)
    assert sum(written["reliability"]["drawings"]["share"]) == pytest.approx(1, abs=1e-5)


def test_the_threshold_is_saved_beside_the_model(finished: Path) -> None:
    metrics = json.loads((finished / "metrics.json").read_text())
    assert load_threshold(finished / "model.keras") == metrics["threshold"] > 0.1


def test_the_run_prints_shapes_summary_arithmetic_and_result(
    tmp_path: Path, on_small_data: None, capsys: pytest.CaptureFixture[str]
) -> None:
    command.main(["--mnist-only", "--epochs", "1", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    for expected in (
        "x_train (600, 28, 28), y_train (600,)",
        "x_test (300, 28, 28), y_test (300,)",
        "Total params: 206,922",
        "(3x3x1 + 1) x 16 = 160",
        "val_loss",
        "test: loss",
    ):
        assert expected in printed


# Somebody's own drawings


@pytest.fixture
def quickly_measured(on_small_data: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "N_DRAWN", 50)
    monkeypatch.setattr(results, "write_figures", lambda *_: None)


def save_hand(path: Path, n: int) -> None:
    rows = (
        {"label": k % 10, "width": 0.06, "strokes": [[[0.2, 0.05 * k], [0.5, 0.5]]]}
        for k in range(n)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(scope="module")
def before(small_mnist: tuple[Part, Part]) -> str:
    """Return what is said of the shipped model before a run that replaces it."""
    return f"\nbefore: MNIST {evaluate(load_model(), *small_mnist[1]).accuracy:.2%}, "


def test_a_run_with_drawings_tells_before_and_after(
    tmp_path: Path, quickly_measured: None, before: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save_hand(tmp_path / "hand.jsonl", 12)
    output = tmp_path / "out"
    argv = ["--mnist-only", "--epochs", "1", "--output", str(output)]
    for _ in range(2):
        assert command.main([*argv, "--drawings", str(tmp_path / "hand.jsonl")]) == 0
    metrics = json.loads((output / "metrics.json").read_text())
    taught = metrics["taught"]
    assert taught["trained_on"] == 10
    assert taught["before"] == taught["after"]  # the second run made the first one's model again
    assert taught["after"]["held_back"] == 2
    assert taught["after"]["test_accuracy"] == metrics["test_accuracy"]
    printed = capsys.readouterr().out
    assert before in printed  # the shipped model's, in the first run
    assert f"\nafter: MNIST {metrics['test_accuracy']:.2%}" in printed


def test_too_few_drawings_to_hold_one_back_are_learnt_from(
    tmp_path: Path, quickly_measured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    save_hand(tmp_path / "hand.jsonl", 4)
    argv = ["--mnist-only", "--epochs", "1", "--output", str(tmp_path / "out")]
    assert command.main([*argv, "--drawings", str(tmp_path / "hand.jsonl")]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Fewer than 5 drawings: all are learnt from")
    assert "held-back" not in printed
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["taught"]["trained_on"] == 4


def test_a_damaged_model_is_replaced_by_the_shipped_one_for_the_comparison(
    tmp_path: Path, quickly_measured: None, before: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save_hand(tmp_path / "hand.jsonl", 5)
    (tmp_path / "model.keras").write_bytes(b"damaged")
    argv = ["--mnist-only", "--epochs", "1", "--output", str(tmp_path)]
    assert command.main([*argv, "--drawings", str(tmp_path / "hand.jsonl")]) == 0
    assert before in capsys.readouterr().out


def test_drawings_change_the_weights_and_their_steps_are_counted(
    weights: list[NDArray[np.float32]], small_mnist: tuple[Part, Part]
) -> None:
    images, labels = small_mnist[0]
    drawing = Drawing(1, 0.06, [np.array([[0.2, 0.5], [0.8, 0.5]])])
    recipe = Recipe(epochs=1, seed=3, diet=Diet(drawings=40, doodles=20))
    model = train(images[:100], labels[:100], recipe, 0, [drawing] * 10).model
    assert not np.array_equal(weights[0], model.get_weights()[0])
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-9)


def test_a_bad_line_is_named_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hand.jsonl").write_text("{}\n")
    monkeypatch.setattr(command, "train", lambda *_: pytest.fail("it is trained"))
    argv = ["--drawings", str(tmp_path / "hand.jsonl"), "--output", str(tmp_path / "out")]
    assert command.main(argv) == 1
    assert "hand.jsonl, line 1: no object" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


# Runs that end early


LOCK = ".training.lock"


def keep_old_results(folder: Path) -> dict[str, bytes]:
    for name in RESULTS:
        (folder / name).write_bytes(f"old {name}".encode())
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != LOCK}


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        pytest.param(KeyboardInterrupt(), 130, "Interrupted", id="interrupted"),
        pytest.param(OSError("No space left on device"), 1, "No space left", id="disk full"),
    ],
)
def test_a_run_that_ends_early_leaves_the_old_files(
    error: BaseException,
    status: int,
    message: str,
    tmp_path: Path,
    on_small_data: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def end_early(*args: Any, **kwargs: Any) -> None:
        raise error

    old = keep_old_results(tmp_path)
    monkeypatch.setattr(command, "train", end_early)
    assert command.main(["--mnist-only", "--epochs", "1", "--output", str(tmp_path)]) == status
    assert contents(tmp_path) == old
    complaint = capsys.readouterr().err
    assert message in complaint
    assert "Traceback" not in complaint


def test_a_run_that_ends_early_after_some_files_leaves_the_old_ones(
    tmp_path: Path, on_small_data: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_early(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    old = keep_old_results(tmp_path)
    monkeypatch.setattr(results, "write_metrics", end_early)
    assert command.main(["--mnist-only", "--epochs", "1", "--output", str(tmp_path)]) == 130
    assert contents(tmp_path) == old


def test_the_metrics_move_into_place_after_what_they_describe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[str] = []
    replace = Path.replace

    def record(self: Path, target: Path) -> Path:
        moved.append(self.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", record)
    with results.all_or_nothing(tmp_path) as folder:
        for name in RESULTS:
            (folder / name).touch()
    assert set(moved) == RESULTS
    assert moved[-1] == "metrics.json"


def test_missing_data_gets_a_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nowhere"
    assert command.main(["--data", str(missing), "--output", str(tmp_path)]) == 1
    complaint = capsys.readouterr().err
    assert f"No data at {missing}" in complaint
    assert "Traceback" not in complaint
    assert not contents(tmp_path)


def test_a_second_training_at_the_same_time_is_told_to_wait(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with results.all_or_nothing(tmp_path):
        assert command.main(["--output", str(tmp_path)]) == 1
        assert "Another training writes to" in capsys.readouterr().err
    with results.all_or_nothing(tmp_path):
        pass  # and the next one need not


def test_what_a_killed_training_left_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".training-killed").mkdir()
    (tmp_path / ".training-killed" / "model.keras").touch()
    with results.all_or_nothing(tmp_path):
        pass
    assert not contents(tmp_path)


@pytest.fixture
def files_of_at_most_300_kb() -> Iterator[None]:
    """Let the writing of a model fail, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_model_that_cannot_be_written_leaves_the_old_files(
    tmp_path: Path,
    on_small_data: None,
    files_of_at_most_300_kb: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = keep_old_results(tmp_path)
    assert command.main([*SMALL_RUN, "--output", str(tmp_path)]) == 1
    assert "as they were" in capsys.readouterr().err
    assert contents(tmp_path) == old


def test_a_full_disk_is_noticed_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results, "ROOM", 10**18)
    monkeypatch.setattr(command, "train", lambda *_: pytest.fail("it is trained"))
    assert command.main([*SMALL_RUN, "--output", str(tmp_path)]) == 1
    assert "Make room" in capsys.readouterr().err


def test_an_output_that_is_a_file_gets_a_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("mine")
    assert command.main(["--output", str(tmp_path / "taken")]) == 1
    assert str(tmp_path / "taken") in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("option", ["--epochs", "--batch-size"])
@pytest.mark.parametrize("value", ["0", "-1", "five", "1.5", ""])
def test_a_bad_number_gets_a_clear_message(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main([option, value])
    assert caught.value.code == 2
    assert f"{option}: must be a whole number of at least 1" in capsys.readouterr().err
