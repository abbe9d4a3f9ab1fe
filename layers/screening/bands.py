"""Criteria as bands of bytes over cells: made once, weighed at each question.

A *band* holds the utility of one straight line in every cell: 0 to 254 for 0 to 1, 255 where there
is no evidence. Which exclusions are hit stands as one bit each in two more bytes. What several
presets share is held once.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError
from layers.model.criteria import Criterion, Preset, Verdict

Float32Array = NDArray[np.float32]
FloatArray = NDArray[np.floating]
ByteArray = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]

STEPS, UNKNOWN = 254, 255
MOST_EXCLUSIONS = 16
LEAST_KNOWN = 0.5
"""Where less of the weight stands on evidence, there is a gap and no score."""


@dataclass(frozen=True)
class Layout:
    """Which band is what, for some presets.

    Raises
    ------
    BadParameterError
        For more exclusions than there are bits.
    """

    presets: tuple[Preset, ...]

    def __post_init__(self) -> None:
        if len(self.exclusions) > MOST_EXCLUSIONS:
            raise BadParameterError(
                f"{len(self.exclusions)} exclusions; {MOST_EXCLUSIONS} are kept at most"
            )

    @cached_property
    def lines(self) -> tuple[Criterion, ...]:
        """The criteria that are weighed; of those with one straight line the first."""
        return tuple(_unlike(c for p in self.presets for c in p.suitabilities))

    @cached_property
    def exclusions(self) -> tuple[Criterion, ...]:
        """The exclusions; of those with one limit the first."""
        every = (c for p in self.presets for c in p.criteria)
        return tuple(_unlike(c for c in every if c.verdict is Verdict.EXCLUSION))

    @cached_property
    def evidence(self) -> tuple[str, ...]:
        """What must be known of a cell, each once."""
        return tuple(dict.fromkeys(c.evidence for c in (*self.lines, *self.exclusions)))

    @property
    def count(self) -> int:
        """Bytes of a cell."""
        return len(self.lines) + MOST_EXCLUSIONS // 8

    @cached_property
    def token(self) -> str:
        """A hash that changes with the meaning of any band."""
        said = repr([_meaning(c) for c in (*self.lines, *self.exclusions)])
        return hashlib.blake2b(said.encode(), digest_size=5).hexdigest()

    def bands_of(self, preset: Preset) -> list[int]:
        """Return which band each criterion that a preset weighs is, in its order."""
        place = {_meaning(c): i for i, c in enumerate(self.lines)}
        return [place[_meaning(c)] for c in preset.suitabilities]

    def bits_of(self, preset: Preset) -> tuple[int, int]:
        """Return which bits of the two last bytes exclude, for a preset."""
        own = {_meaning(c) for c in preset.criteria if c.verdict is Verdict.EXCLUSION}
        bits = sum(1 << i for i, c in enumerate(self.exclusions) if _meaning(c) in own)
        return bits & 255, bits >> 8

    def made(self, evidence: Mapping[str, FloatArray], shape: tuple[int, ...]) -> ByteArray:
        """Return the bytes of cells, shape (count, *shape).

        Parameters
        ----------
        evidence : mapping of evidence to array of float, ``shape``
            In the unit of its criteria; NaN where it is not known, and none at all where nothing
            of it is loaded.
        """
        found = np.full((self.count, *shape), UNKNOWN, np.uint8)
        for band, line in zip(found, self.lines, strict=False):
            value = evidence.get(line.evidence)
            if value is None:
                continue
            share = (value - line.worst) / (line.best - line.worst)
            known = ~np.isnan(share)
            band[known] = np.rint(np.clip(share[known], 0.0, 1.0) * STEPS).astype(np.uint8)
        bits = np.zeros(shape, np.uint16)
        for i, rule in enumerate(self.exclusions):
            value = evidence.get(rule.evidence)
            if value is not None:
                # A gap is beyond no limit.
                hit = value > rule.limit if rule.above else value < rule.limit
                bits |= hit.astype(np.uint16) << np.uint16(i)
        found[-2], found[-1] = bits & np.uint16(255), bits >> np.uint16(8)
        return found


def weighed(
    bands: ByteArray, weights: NDArray[np.float64], needed: BoolArray
) -> tuple[Float32Array, BoolArray]:
    """Return the weighted mean of the utilities that are known, and where it is one.

    Parameters
    ----------
    bands : array of uint8, shape (criteria, ...)
    weights : array of float, shape (criteria,)
        They sum to 1.
    needed : array of bool, shape (criteria,)
        Where one of these has no evidence, nothing is known.

    Returns
    -------
    score : array of float32, shape of a band
        0 to 1, within half a step of 1/254 of the mean of the utilities themselves.
    known : array of bool, shape of a band
        False where evidence is needed, or stands for less than ``LEAST_KNOWN`` of the weight.
    """
    shape = bands.shape[1:]
    flat = bands.reshape(len(bands), -1)
    known = np.ones(flat.shape[1], bool)
    gaps = [i for i, band in enumerate(flat) if band.max(initial=0) == UNKNOWN]
    per_step = (weights / STEPS).astype(np.float32)
    whole = [i for i in range(len(flat)) if i not in gaps and weights[i] > 0]
    score = per_step[whole] @ flat[whole].astype(np.float32)
    if not gaps:
        return score.reshape(shape), known.reshape(shape)
    total = np.full(len(known), weights[whole].sum(), np.float32)
    for i in gaps:
        here = flat[i] != UNKNOWN
        if needed[i]:
            known &= here
        if weights[i] > 0 and here.any():
            score += np.where(here, flat[i] * per_step[i], np.float32(0))
            total += here * np.float32(weights[i])
    # A hair, so that a share that is the least one to the last digit counts.
    known &= total >= LEAST_KNOWN - 1e-6
    np.divide(score, total, out=score, where=known)
    return score.reshape(shape), known.reshape(shape)


def _meaning(c: Criterion) -> tuple[object, ...]:
    if c.verdict is Verdict.SUITABILITY:
        return c.evidence, c.worst, c.best
    return c.evidence, c.above, c.limit


def _unlike(criteria: Iterable[Criterion]) -> Iterable[Criterion]:
    found: dict[tuple[object, ...], Criterion] = {}
    for criterion in criteria:
        found.setdefault(_meaning(criterion), criterion)
    return found.values()
