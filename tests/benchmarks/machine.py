"""What a benchmark ran on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine() -> str:
    """Name the processor, its cores and the versions that matter."""
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
    processor = names[0].partition(": ")[2] if names else platform.processor()
    packages = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "gradio"))
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}"


def resident_megabytes(pid: int) -> float:
    """Return how much memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
