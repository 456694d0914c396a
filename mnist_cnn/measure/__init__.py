"""What measures and records a run: calibration, figures, and the files that it leaves behind."""
