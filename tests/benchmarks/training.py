"""How long ``train.py`` fits, in turn with the tutorial's script; on request PyTorch.

Run by hand: ``python tests/benchmarks/training.py [--rounds 2] [--torch PYTHON_WITH_TORCH]``.
Each fit is a process of its own, in TensorFlow's default settings but for what ours sets itself.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from browser import ROOT
from machine import machine

TUTORIAL = """
import time, numpy as np, keras
from keras import layers
d = np.load("assets/mnist.npz")
x, y = d["x_train"][..., None] / np.float32(255), d["y_train"]
model = keras.Sequential([keras.Input((28, 28, 1)),
    layers.Conv2D(16, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
    layers.Conv2D(32, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
    layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
t = time.time()
model.fit(x, y, validation_split=0.2, epochs=5, batch_size=64, verbose=0)
t = time.time() - t
p = model.predict(d["x_test"][..., None] / np.float32(255), verbose=0)
print(t, (p.argmax(1) == d["y_test"]).mean())
"""

OURS = """
import time
from mnist_cnn.data import load_mnist
from mnist_cnn.diet import MNIST_ONLY, Diet
from mnist_cnn.evaluate import evaluate
from mnist_cnn.training import Recipe, train
(x, y), test = load_mnist()
t = time.time()
trained = train(x, y, Recipe(diet=CHOSEN), verbose=0)
t = time.time() - t
print(t, evaluate(trained.model, *test).accuracy)
"""

TORCH = """
import time, numpy as np, torch
from torch import nn
torch.manual_seed(0)
d = np.load("assets/mnist.npz")
t_ = lambda x: torch.from_numpy(x[:, None] / np.float32(255)).to(memory_format=torch.channels_last)
x, y = t_(d["x_train"]), torch.from_numpy(d["y_train"].astype("int64"))
model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10)).to(memory_format=torch.channels_last)
adam, loss = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
t = time.time()
for epoch in range(5):
    for i in torch.randperm(48000).split(64):
        adam.zero_grad(); loss(model(x[i]), y[i]).backward(); adam.step()
    with torch.no_grad(): model(x[48000:]).argmax(1)
t = time.time() - t
with torch.no_grad(): p = model(t_(d["x_test"])).argmax(1).numpy()
print(t, (p == d["y_test"]).mean())
"""


def fit(python: str, program: str) -> tuple[float, float]:
    """Run a program in the project's root; return the seconds and the accuracy it prints."""
    command = [python, "-W", "ignore", "-c", program]
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, accuracy = ended.stdout.split()[-2:]
    return float(seconds), float(accuracy)


def main(argv: list[str] | None = None) -> None:
    """Fit in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--torch", help="an interpreter that has PyTorch")
    args = parser.parse_args(argv)
    programs = {"the tutorial's fit": (sys.executable, TUTORIAL)}
    programs["train.py --mnist-only"] = (sys.executable, OURS.replace("CHOSEN", "MNIST_ONLY"))
    programs["train.py"] = (sys.executable, OURS.replace("CHOSEN", "Diet()"))
    if args.torch:
        programs["PyTorch, constant rate"] = (args.torch, TORCH)
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for _ in range(args.rounds):
        for name, program in programs.items():
            results[name].append(fit(*program))
    plain = median(seconds for seconds, _ in results["the tutorial's fit"])
    print(f"{'':24s} median s  ratio  test accuracy")
    for name, runs in results.items():
        seconds = median(s for s, _ in runs)
        accuracies = ", ".join(f"{accuracy:.2%}" for _, accuracy in runs)
        print(f"{name:24s} {seconds:8.1f} {seconds / plain:6.2f}  {accuracies}")
    print(machine())


if __name__ == "__main__":
    main()
