"""Values at stations become the predictive distribution anywhere between them."""

from layers.interpolation import distribution, quantiles
from layers.interpolation.coefficients import Coefficient, effects, offsets
from layers.interpolation.event import PROBABILITIES, Event, recognise
from layers.interpolation.event_grid import event_bands
from layers.interpolation.field import Field, Prediction
from layers.interpolation.fitting import Learnt, condition, fit, learn
from layers.interpolation.grid import Plan
from layers.interpolation.lattice import Lattice
from layers.interpolation.parameters import Parameters
from layers.interpolation.place import Noise, Place, noise_of
from layers.interpolation.points import PointPrediction, predict_points
from layers.interpolation.predictive import Predictive
from layers.interpolation.robust import medians
from layers.interpolation.validation import Report, loo

__all__ = [
    "PROBABILITIES",
    "Coefficient",
    "Event",
    "Field",
    "Lattice",
    "Learnt",
    "Noise",
    "Parameters",
    "Place",
    "Plan",
    "PointPrediction",
    "Prediction",
    "Predictive",
    "Report",
    "condition",
    "distribution",
    "effects",
    "event_bands",
    "fit",
    "learn",
    "loo",
    "medians",
    "noise_of",
    "offsets",
    "predict_points",
    "quantiles",
    "recognise",
]
