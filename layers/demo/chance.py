"""Repeatable chance: numbers that are a function of their address and of nothing else.

A draw is addressed by (seed, stream, keys, step). The bits come from the finalizer of SplitMix64
applied to each part of the address in turn, so a value never depends on which other values were
asked for, on the order of the questions, or on the version of a library.

Source: Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators, OOPSLA.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
KeyArray = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_WAVES = 32


def keys(words: Iterable[str]) -> KeyArray:
    """Return one 64-bit key per word, the same in every process."""
    return np.array([_key(word) for word in words], dtype=np.uint64)


def uniform(seed: int, stream: str, keys: KeyArray, step: int) -> FloatArray:
    """Return numbers in (0, 1), one per key, for one seed, stream and step (any integer)."""
    state = np.asarray([seed % 2**64], dtype=np.uint64)
    for part in (_key(stream), step % 2**64):
        state = _mixed(state + np.uint64(part))
    bits = _mixed(_mixed(state + keys))
    # 53 bits and half a step, so that neither 0 nor 1 can come out.
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normal(seed: int, stream: str, keys: KeyArray, step: int) -> FloatArray:
    """Return standard normal numbers, one per key (Box and Muller 1958)."""
    radius = np.sqrt(-2.0 * np.log(uniform(seed, stream + "/radius", keys, step)))
    angle = uniform(seed, stream + "/angle", keys, step)
    return np.asarray(radius * np.cos(2.0 * np.pi * angle), dtype=np.float64)


def smooth_field(
    seed: int, stream: str, x_km: FloatArray, y_km: FloatArray, hour: float,
    *, length_km: float, time_h: float,
) -> FloatArray:  # fmt: skip
    """Return a smooth random field at points of shape (n,): mean 0, standard deviation 1.

    A sum of 32 travelling waves with normal wave numbers, which gives a Gaussian correlation in
    space (``length_km``) and time (``time_h``).
    Source: Rahimi, Recht (2007), Random features for large-scale kernel machines, NIPS 20.
    """
    east, north, pace, phase = _waves(seed, stream)
    angle = (
        np.outer(x_km, east / length_km)
        + np.outer(y_km, north / length_km)
        + (pace * (hour / time_h) + phase)
    )
    total = np.cos(angle).sum(axis=1) * np.sqrt(2.0 / _WAVES)
    return np.asarray(total, dtype=np.float64)


@lru_cache(maxsize=64)
def _waves(seed: int, stream: str) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return wave numbers east and north, frequencies and phases (pure; kept for speed)."""
    wave = np.arange(_WAVES, dtype=np.uint64)
    east, north, pace = (normal(seed, f"{stream}/{word}", wave, 0) for word in ("x", "y", "t"))
    return east, north, pace, 2.0 * np.pi * uniform(seed, f"{stream}/phase", wave, 0)


def _key(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")


def _mixed(bits: KeyArray) -> KeyArray:
    # Arithmetic of unsigned arrays wraps modulo 2**64, which is what the mixer wants.
    z = bits + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
