"""Handwritten digits: MNIST, a small Keras CNN, and drawings made to look like MNIST."""
