"""Which errands a server runs: what is done before anybody asks, and what keeps up with data."""

from collections.abc import Mapping

from mapserver.runtime.errand import Errand
from mapserver.runtime.picturing import Picturing
from mapserver.runtime.seeding import Seeding
from mapserver.runtime.stacking import Stacking
from mapserver.settings import Settings


def errands(settings: Settings, environ: Mapping[str, str]) -> list[Errand]:
    """Return what is run beside a server.

    Without ``ahead`` nothing is begun that nobody asked for; what commands have seeded and made is
    kept as what is loaded all the same, so that no map is of something older.
    """
    found: list[Errand] = [Seeding(settings, environ), Stacking(settings, environ)]
    return [*found, Picturing(settings, environ)] if settings.ahead else found
