"""The gallery behind the test set tab, and what the tab lets in."""

import asyncio
import base64
import json

import gradio as gr
import numpy as np
import pytest
from browser import run
from fastapi import HTTPException

from mnist_cnn.page import component, testset
from mnist_cnn.page.gallery import Gallery, GalleryError, judge_test_set
from mnist_cnn.page.texts import read_texts
from mnist_cnn.recognize import Recognizer

# True digit, predicted digit, probability of the predicted one; the rest goes to the true
# digit, or to 0 where that is the predicted one.
ANSWERS = [(7, 7, 0.9), (4, 9, 0.8), (4, 9, 0.95), (7, 7, 0.6), (3, 5, 0.7), (9, 9, 1.0)]


@pytest.fixture(scope="module")
def judged():
    from mnist_cnn.evaluate import Evaluation  # brings TensorFlow

    probabilities = np.zeros((len(ANSWERS), 10), np.float32)
    for row, (truth, predicted, probability) in zip(probabilities, ANSWERS, strict=True):
        row[predicted] = probability
        row[truth if truth != predicted else 0] += 1 - probability
    labels = np.array([truth for truth, _, _ in ANSWERS], np.uint8)
    images = np.arange(len(ANSWERS) * 784).astype(np.uint8).reshape(-1, 28, 28)
    return images, Evaluation(labels, probabilities)


@pytest.fixture
def gallery(judged):
    return Gallery(lambda: judged)


def never():
    raise AssertionError("nothing may be judged for this")


def indices(exhibits):
    return [exhibit.index for exhibit in exhibits]


def test_mistakes_come_with_the_surest_first(gallery):
    assert indices(gallery.mistakes(20)) == [2, 1, 4]
    assert indices(gallery.mistakes(1)) == [2]


def test_a_cell_holds_its_images_with_the_hardest_first(gallery):
    assert indices(gallery.cell(4, 9, 60)) == [2, 1]
    assert indices(gallery.cell(7, 7, 60)) == [3, 0]
    assert indices(gallery.cell(7, 7, 1)) == [3]
    assert indices(gallery.cell(0, 1, 60)) == []


def test_mistakes_in_a_cell_are_sorted_by_the_probability_that_is_shown():
    from mnist_cnn.evaluate import Evaluation  # brings TensorFlow

    probabilities = np.full((2, 10), 0.01, np.float32)
    probabilities[0, [4, 9]] = 0.1, 0.5
    probabilities[1, [4, 9]] = 0.2, 0.7
    evaluation = Evaluation(np.array([4, 4], np.uint8), probabilities)
    gallery = Gallery(lambda: (np.zeros((2, 28, 28), np.uint8), evaluation))
    shown = [exhibit.probability for exhibit in gallery.cell(4, 9, 60)]
    assert shown == pytest.approx([0.7, 0.5])


def test_cells_have_as_many_images_as_the_matrix_says(gallery):
    counts = gallery.confusion_matrix
    assert counts.sum() == len(ANSWERS)
    for truth, predicted in np.ndindex(10, 10):
        assert len(gallery.cell(truth, predicted, 60)) == counts[truth, predicted]


def test_samples_are_distinct_and_change(gallery):
    draws = [tuple(indices(gallery.samples(3))) for _ in range(30)]
    assert all(len(set(draw)) == 3 for draw in draws)
    assert len(set(draws)) > 1


def test_an_exhibit_says_what_the_network_said(gallery):
    exhibit = gallery.cell(3, 5, 1)[0]
    assert (exhibit.truth, exhibit.predicted) == (3, 5)
    assert exhibit.probability == pytest.approx(0.7)


def test_images_are_judged_when_asked_for_and_once(judged):
    calls = []
    gallery = Gallery(lambda: calls.append(1) or judged)
    assert not calls
    gallery.samples(1), gallery.mistakes(1), gallery.confusion_matrix
    assert len(calls) == 1


def test_images_are_judged_again_after_a_failure(judged):
    results = iter([GalleryError("no data"), judged])

    def judge():
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    gallery = Gallery(judge)
    with pytest.raises(GalleryError):
        gallery.samples(1)
    assert len(gallery.samples(1)) == 1


def test_missing_data_is_told_with_what_to_do(tmp_path):
    with pytest.raises(GalleryError, match="No data at"):
        judge_test_set(Recognizer(), tmp_path / "none.npz")


def test_the_page_says_that_there_is_nothing_to_show_and_the_log_says_why(capsys):
    def judge():
        raise GalleryError("No model at /somewhere")

    overview, samples, cell = testset.served(Gallery(judge))
    assert [overview(None), samples(None), cell([1, 2])] == [{"problem": "testset.missing"}] * 3
    assert "No model at /somewhere" in capsys.readouterr().err


def test_the_images_are_judged_again_when_there_is_a_new_model(judged):
    version, asked = [1], []
    gallery = Gallery(lambda: asked.append(version[0]) or judged, lambda: version[0])
    gallery.samples(1)
    gallery.samples(1)
    version[0] = 2
    gallery.samples(1)
    assert asked == [1, 2]


def test_images_travel_as_784_bytes(gallery):
    _, _, cell = testset.served(gallery)
    sent = json.loads(json.dumps(cell([3, 5])))[0]
    image = base64.b64decode(sent.pop("image"))
    assert image == gallery.cell(3, 5, 1)[0].image.tobytes() and len(image) == 784
    assert sent == {"index": 4, "truth": 3, "predicted": 5, "probability": 0.7}


@pytest.mark.parametrize(
    "asked",
    [None, 4, "49", [], [4], [4, 9, 1], [-1, 9], [4, 10], [4.0, 9], [True, 9], ["4", "9"], {"4": 9}]
    + [[[4], [9]], [float("nan"), 9], [10**100, 9]],
    ids=repr,
)
def test_a_cell_is_two_digits_or_refused_before_anything_is_computed(asked):
    shown = testset.TestSet(Gallery(never))
    with pytest.raises(HTTPException, match="two digits") as refused:
        run(shown.cell(asked))
    assert refused.value.status_code == 422


def test_slow_functions_run_one_at_a_time_and_few_wait(monkeypatch):
    monkeypatch.setattr(component, "LONGEST_LINE", 2)
    together, most = [], []

    def slow(_):
        together.append(1)
        most.append(len(together))
        together.pop()
        return "done"

    page = component.FileComponent("stages", slow_functions=[slow])

    async def ask_all():
        return await asyncio.gather(*[page.slow(k) for k in range(5)], return_exceptions=True)

    answers = run(ask_all())
    assert answers[:3] == ["done"] * 3 and most == [1, 1, 1]
    assert [answer.status_code for answer in answers[3:]] == [503, 503]


def test_building_the_tab_judges_nothing():
    with gr.Blocks(analytics_enabled=False):
        testset.TestSet(Gallery(never))


def test_both_languages_have_the_same_texts():
    english, chinese = (texts.keys() for texts in read_texts().values())
    assert english == chinese
