"""Values at stations become the predictive distribution anywhere between them."""

from layers.interpolation import distribution, quantiles
from layers.interpolation.event import PROBABILITIES, Event, recognise
from layers.interpolation.field import Field, Prediction
from layers.interpolation.fitting import condition, fit
from layers.interpolation.lattice import Lattice
from layers.interpolation.parameters import Parameters
from layers.interpolation.points import PointPrediction, predict_points
from layers.interpolation.predictive import Predictive
from layers.interpolation.validation import Report, loo

__all__ = [
    "PROBABILITIES",
    "Event",
    "Field",
    "Lattice",
    "Parameters",
    "PointPrediction",
    "Prediction",
    "Predictive",
    "Report",
    "condition",
    "distribution",
    "fit",
    "loo",
    "predict_points",
    "quantiles",
    "recognise",
]
