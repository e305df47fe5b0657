"""Files as seen from the folder of a file that speaks of them, so that it means the same wherever the command is run."""

import os.path
from pathlib import Path


def seen_from(folder: Path, file: str) -> str:
    """A file's path from a folder, with `/`. What is no file, such as `-`, keeps its name."""
    return file if file == "-" or ":" in file else Path(os.path.relpath(file, folder)).as_posix()
