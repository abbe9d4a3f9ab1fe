"""What a surface tells of itself: the model, how good it is, and what its mean follows."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from layers import interpolation
from layers.interpolation import Field
from layers.interpolation.parameters import SMOOTH
from layers.model import LayerDefinition


def tags(layer: LayerDefinition, field: Field) -> dict[str, Any]:
    """Return tags of the surface that was made of a field.

    ``covariates`` tells by layer what one standard deviation of it (``deviation``, in its own unit)
    adds to the latent field, ``offsets`` by network what it shows beyond the average of all
    networks, in latent units: under "log" 0.05 is five per cent. ``sd`` is the standard error.
    Either is there only where the surface has any.
    """
    found = {
        "method": f"kriging, {_covariance(field.parameters)} by REML, {field.method}",
        "parameters": without_nan(asdict(field.parameters)),
        "fallback": field.fallback or "",
        "left_one_out": without_nan(asdict(interpolation.loo(field))),
    }
    effects, scale = interpolation.effects(field), field.drift.scale
    if effects:
        found["covariates"] = {
            of.id: without_nan({"effect": e.value, "sd": e.sd, "deviation": float(deviation)})
            for of, e, deviation in zip(layer.covariates, effects, scale, strict=True)
        }
    if offsets := interpolation.offsets(field):
        found["offsets"] = {
            name: {"offset": offset.value, "sd": offset.sd} for name, offset in offsets.items()
        }
    return found


def without_nan(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts without numbers that say nothing: NaN is a gap, and no JSON has it."""
    return {
        name: None if isinstance(fact, float) and not math.isfinite(fact) else fact
        for name, fact in facts.items()
    }


def _covariance(parameters: interpolation.Parameters) -> str:
    second = f" and {SMOOTH}" if parameters.smooth else ""
    return f"{parameters.model}{second} covariance"
