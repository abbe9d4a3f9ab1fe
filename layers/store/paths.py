"""Where things lie in a data folder."""

from dataclasses import dataclass
from pathlib import Path

TAKEN_BACK = "taken-back"


@dataclass(frozen=True, slots=True)
class Paths:
    """The only names of files in a data folder."""

    root: Path

    @property
    def database(self) -> Path:
        """Observations, features, and the list of what is published."""
        return self.root / "store.sqlite"

    @property
    def surfaces(self) -> Path:
        """Published cells, one folder a layer."""
        return self.root / "surfaces"

    @property
    def cache(self) -> Path:
        """Rendered tiles; may be deleted at any time."""
        return self.root / "cache"

    @property
    def pointer(self) -> Path:
        """The newest versions and times, beside the tiles that they are addresses of."""
        return self.cache / "current.json"

    @property
    def taken_back(self) -> Path:
        """Its time changes whenever something is taken back from the public."""
        return self.cache / TAKEN_BACK

    @property
    def lock(self) -> Path:
        """Held by the keeper; the kernel frees it when its holder dies."""
        return self.root / "keeper.lock"

    @property
    def socket(self) -> Path:
        """Where the keeper listens."""
        return self.root / "keeper.sock"

    def inside(self, name: str) -> Path:
        """Return a folder of the operator's choosing within the data folder."""
        return self.root / name
