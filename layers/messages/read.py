"""What native readers have confirmed: the text of an id, beside the English text that they read.

Their text is the one that is shown. It holds as long as the English one is the same: after that the
text of the catalogue stands again, and waits.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "read"
"""One file for each language: id, digest of the English text, and the text that was confirmed."""


def digest(text: str) -> str:
    """Return a short name of a text, by which another text is told from it."""
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def confirmed(
    language: str, english: Mapping[str, str], folder: Path | None = None
) -> dict[str, str]:
    """Return the texts that a native reader has confirmed beside the English text of today."""
    return {
        message: each["text"]
        for message, each in _held(language, folder or FOLDER).items()
        if each["source"] == digest(english.get(message, ""))
    }


def keep(
    language: str,
    texts: Mapping[str, str],
    english: Mapping[str, str],
    folder: Path | None = None,
) -> Path:
    """Add confirmed texts to those that are held; return the file. OSError where none can be."""
    folder = folder or FOLDER
    held = _held(language, folder)
    held |= {
        message: {"source": digest(english[message]), "text": text}
        for message, text in texts.items()
    }
    folder.mkdir(exist_ok=True)
    path, made = folder / f"{language}.json", folder / f"{language}.json.part"
    made.write_text(json.dumps(held, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    return made.replace(path)


def _held(language: str, folder: Path) -> dict[str, dict[str, str]]:
    path = folder / f"{language}.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}
