"""English: values at places by OGC API EDR."""

TEXTS: dict[str, str] = {
    "edr.mean": "mean",
    "edr.sd": "standard deviation",
    "edr.median": "median",
    "edr.p05": "not exceeded with a probability of 5 %",
    "edr.p25": "not exceeded with a probability of 25 %",
    "edr.p75": "not exceeded with a probability of 75 %",
    "edr.p95": "not exceeded with a probability of 95 %",
    "edr.uncertainty": "standard deviation over mean",
    "edr.exceedance": "probability to exceed {threshold}",
    "edr.status": "status",
    "edr.position": "Values at points",
    "edr.area": "Values in an area",
    "edr.cube": "Values in a box",
    "edr.locations": "Values at stations",
    "edr.instances": "Versions of the data",
    "edr.instance": "Version {version} of {time}",
    "edr.items": "Every value by itself",
}
