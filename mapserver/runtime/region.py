"""What sites are measured against as it came with the installation, read when first asked for."""

import threading

from layers.siting import FILES, Surroundings, parse
from mapserver.documents.assets import Assets, AssetsMissingError


class Region:
    """Gives the surroundings of sites; shared by threads."""

    def __init__(self, assets: Assets) -> None:
        self._folder = assets.folder / "surroundings"
        self._held: Surroundings | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Surroundings:
        """Return the surroundings.

        Raises
        ------
        AssetsMissingError
            Where they were not built.
        BadFileError
            Where they are not whole.
        """
        with self._lock:
            if self._held is None:
                try:
                    files = {name: (self._folder / name).read_bytes() for name in FILES}
                except OSError as reason:
                    raise AssetsMissingError(
                        f"{self._folder} is not whole; `make assets` builds what it lacks"
                    ) from reason
                self._held = parse(files)
            return self._held
