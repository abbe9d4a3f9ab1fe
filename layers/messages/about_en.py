"""English: the page of a layer."""

TEXTS: dict[str, str] = {
    "about.layer": "Layer",
    "about.description": "What the layer shows, where its data come from and how good they are.",
    "about.map": "Show on the map",
    "about.id": "Name in addresses",
    "about.licence": "Licence",
    "about.version": "Version",
    "about.none": "none",
    # Styles
    "about.styles": "Styles",
    "about.classes": "{style}: what the colours mean",
    "about.colour": "Colour",
    "about.class": "Class",
    "about.below": "below {high}",
    "about.above": "{low} and above",
    "about.everything": "all that is drawn",
    "about.plain": "Drawn as it is, without classes.",
    # Times and files
    "about.times": "Times",
    "about.span": "Hours with data: {count}, from {first} to {last}.",
    "about.hours": "The newest hours, each with a page of its own",
    "about.timeless": "This layer does not change from hour to hour.",
    "about.nothing": "There are no data yet.",
    "about.files": "Tiles and files",
    "about.tilejson": "Tiles in the style “{style}”, described as TileJSON",
    "about.file": "Data of this version as {format}",
    "about.no_file": "The layer is offered as tiles only.",
    # The surface
    "about.surface": "The surface and how it was made",
    "about.no_surface": "No surface has been made yet. "
    "It appears here as soon as stations have sent values.",
    "about.mode": "Mode",
    "about.mode.routine": "Routine: no release was seen in the values of this hour. "
    "One field is made of all stations.",
    "about.mode.event": "Event: values have risen at {stations}. "
    "The increase is mapped apart from the natural background.",
    "about.mode.event_unnamed": "Event: values have risen, and the increase is mapped apart from "
    "the natural background. Which stations rose was not stored.",
    "about.mode.unknown": "The mode of this surface was not stored.",
    "about.background": "In an event the parameters and the report are those of the natural "
    "background. They do not tell how well the increase is known.",
    "about.made": "Made",
    "about.used": "Stations with a value",
    "about.far_out": "Left aside",
    "about.far_out_means": "{stations}. The value there stands far from all others; "
    "a person must look at the station.",
    "about.method": "Method",
    "about.method.exact": "Kriging with all stations at once, {model} covariance.",
    "about.method.local": "Kriging with the nearest stations of each place, {model} covariance.",
    "about.method.none": "There were no values to interpolate.",
    "about.model.exponential": "exponential",
    "about.model.matern32": "Matérn 3/2",
    "about.model.matern52": "Matérn 5/2",
    "about.fallback": "Parameters",
    "about.fallback.": "Learnt from what the stations showed, by restricted maximum likelihood.",
    "about.fallback.few-stations": "Stated defaults: there are too few stations to learn "
    "a pattern from.",
    "about.fallback.no-pattern": "There is no pattern in space to speak of: a station is "
    "foretold no better by its neighbours than by the mean of "
    "all, and the map is little more than that mean.",
    "about.fallback.flat-likelihood": "Stated defaults: the values do not prefer one pattern "
    "to another.",
    "about.fallback.no-stations": "Stated defaults: no station had a value.",
    "about.fallback.equal-values": "Stated defaults: all values are equal, "
    "so that no pattern can be learnt.",
    "about.fallback.other": "Not learnt from what the stations showed: {reason}.",
    # Its covariance
    "about.covariance": "Covariance: how values resemble each other by distance",
    "about.parameter": "Parameter",
    "about.logarithm": "Variances are of the logarithm of the value and have no unit.",
    "about.sill": "Sill",
    "about.sill_means": "variance of the smooth field around its mean",
    "about.range": "Range",
    "about.range_means": "scale of the resemblance; beyond three times this distance "
    "a station tells hardly anything",
    "about.smooth": "Smoother part",
    "about.smooth_means": "share of the sill that varies more smoothly, with a range of its own",
    "about.smooth_range": "Range of the smoother part",
    "about.smooth_range_means": "its scale of the resemblance",
    "about.nugget": "Nugget",
    "about.nugget_means": "variance of the offset that each site keeps: rock, building, height "
    "of the device",
    "about.inflation": "Correction of the uncertainty",
    "about.inflation_means": "factor on all standard deviations so that the intervals hold; "
    "1 is no correction",
    "about.ratio": "Ratio of the ranges",
    "about.ratio_means": "how many times further values resemble each other along one direction "
    "than across it",
    "about.direction": "Direction of the longer range",
    "about.direction_means": "clockwise from north",
    "about.shares": "Offsets of the sites, beside a normal distribution of that variance: "
    "{narrow} narrower, {alike} alike, {wide} wider.",
    # Leave-one-out
    "about.report": "How good it is: each station foretold by all others",
    "about.report_means": "Each station is left out once and foretold from all others. "
    "What is missed there is what the map may miss between stations.",
    "about.no_report": "No report was stored with this surface.",
    "about.scores": "Errors of the foretold values",
    "about.score": "Score",
    "about.n": "Stations left out",
    "about.n_means": "fewer than 30 tell little of the intervals",
    "about.mean_error": "Mean error",
    "about.mean_error_means": "above 0 the map as a whole is too high, below 0 too low",
    "about.mae": "Mean absolute error (MAE)",
    "about.mae_means": "how far a foretold value is off on average",
    "about.rmse": "Root mean square error (RMSE)",
    "about.rmse_means": "the same with more weight on large misses; far above the MAE "
    "when a few stations are missed badly",
    "about.crps": "Continuous ranked probability score (CRPS)",
    "about.crps_means": "error of the foretold distribution as a whole, comparable with the MAE; "
    "the smaller the better",
    "about.z_mean": "Mean of the z-scores",
    "about.z_mean_means": "near 0 when errors to both sides balance",
    "about.z_sd": "Standard deviation of the z-scores",
    "about.z_sd_means": "near 1 when the stated uncertainty is right; above 1 the map is "
    "too sure of itself",
    "about.coverage": "Coverage: how often the interval held the measured value",
    "about.interval": "Interval",
    "about.claimed": "Claimed",
    "about.held": "Held",
    "about.coverage_50": "Inner half",
    "about.coverage_50_means": "every second value should lie inside",
    "about.coverage_80": "Four fifths",
    "about.coverage_80_means": "one value in five may lie outside",
    "about.coverage_90": "Nine tenths",
    "about.coverage_90_means": "the level that a press on the map tells; "
    "one value in ten may lie outside",
    "about.coverage_95": "Nineteen twentieths",
    "about.coverage_95_means": "one value in twenty may lie outside",
    "about.coverage_means": "Less held than claimed: the map is too sure of itself. "
    "More: it is too cautious.",
    "about.dash": "A dash stands where nothing is known.",
}
