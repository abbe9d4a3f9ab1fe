"""English: sheets of candidate sites, and sites side by side."""

TEXTS: dict[str, str] = {
    "site.title": "Site sheet",
    "site.compare": "Sites side by side",
    "site.description": (
        "What all loaded layers say of candidate sites, judged by criteria whose sources are named."
    ),
    "site.notice": (
        "Screening from maps. It shows where to look first; it licenses nothing, and "
        "whether a fault is capable is never read off a map."
    ),
    "site.private": (
        "A file is read, answered and forgotten. A link holds the coordinates of the sites."
    ),
    "site.upload": "Own sites",
    "site.upload_help": (
        "GeoJSON, KML, KMZ, GPX, zipped shapefile, GeoPackage or CSV; at most {sites} sites"
        " and {megabytes} MB."
    ),
    "site.file": "File with sites",
    "site.crs": "Reference system, where the file does not say one",
    "site.places": (
        "Or type them: longitude,latitude,accuracy in metres,name; the next one after a semicolon"
    ),
    "site.show": "Show",
    "site.preset": "Criteria",
    "site.preset.iaea-like": "In the manner of the IAEA",
    "site.preset.or-sage-large": "OR-SAGE, large reactor",
    "site.preset.or-sage-small": "OR-SAGE, small reactor",
    "site.preset.np-032": "NP-032",
    "site.power": "Thermal power, MW",
    "site.coordinates": "Longitude, latitude",
    "site.accuracy": "Accuracy of the coordinates",
    "site.accuracy_assumed": "± {value} m, assumed: the file does not say",
    "site.country": "State",
    "site.no_country": "none: sea, or outside of the region",
    "site.elevation": "Elevation",
    "site.border": "Land border",
    "site.border_value": "{distance} km to the {direction} ({pair}), ± {accuracy} km",
    "site.reactor": "Reactor",
    "site.reactor.large": "{power} MW thermal, large",
    "site.reactor.small": "{power} MW thermal, small",
    "site.coverage": "Evidence at hand",
    "site.coverage_value": "of {share} of the criteria, {weight} of the weight",
    "site.verdict": "Verdict",
    "site.exclusion": "Exclusion",
    "site.avoidance": "Avoidance",
    "site.suitability": "Suitability",
    "site.excluded": "Excluded: {rules}. No weight makes up for it.",
    "site.not_excluded": "No exclusion is hit by what is known.",
    "site.avoided": "Better avoided: {rules}.",
    "site.not_avoided": "Nothing to be avoided is hit by what is known.",
    "site.status": "Finding",
    "site.status.hit": "beyond the limit",
    "site.status.possible": "within, perhaps beyond",
    "site.status.clear": "within the limit",
    "site.status.missing": "not known",
    "site.unsure": "what is known reaches both sides of the limit",
    "site.rule": "Criterion",
    "site.above": "above {limit}",
    "site.below": "below {limit}",
    "site.value": "Value",
    "site.limit": "Limit",
    "site.source": "Source",
    "site.check": "check before use",
    "site.convention": "choice of this server",
    "site.lifted": "set aside by {by}: {why}",
    "site.score": "Score {score}, with 90 % between {low} and {high}",
    "site.withheld": "No score is given without: {names}.",
    "site.score_short": "Score",
    "site.weight": "Weight",
    "site.utility": "Utility",
    "site.hazard": "Seismic hazard",
    "site.model": "Model",
    "site.years": "{years} years",
    "site.sl2": "SL-2 candidate",
    "site.sl2_value": (
        "{value} g: the larger of {floor} g and the mean of the models at 10,000 years, "
        "{mean} g (models: {models}, from {least} to {most} g)"
    ),
    "site.sl2_note": "The floor of 0.1 g is of IAEA SSG-9, from memory: check before use.",
    "site.no_hazard": "No hazard model is loaded that says something of this place.",
    "site.spread": "The models differ by a factor of up to {ratio}.",
    "site.only_demonstration": "All models are demonstrations: never evidence about a site.",
    "site.curve": "Peak acceleration (g) by return period (years)",
    "site.ground": "Vs30",
    "site.hazard.official": "official map",
    "site.hazard.model": "model",
    "site.hazard.demonstration": "demonstration",
    "site.envelope": "Margin to plants designed for {envelope} g: {margin}",
    "site.faults": "Faults within {reach} km",
    "site.fault": "Fault",
    "site.unnamed": "without a name",
    "site.fold": "fold, no surface fault",
    "site.length": "Length, km",
    "site.distance": "Distance, km",
    "site.direction": "Direction",
    "site.trace": "Trace, ± km",
    "site.slip": "Slip, mm/year",
    "site.within5": "Chance within 5 km",
    "site.consider": "To be considered",
    "site.faults_note": (
        "Distances are to traces of maps. “To be considered” is by length and distance "
        "after 10 CFR 100 Appendix A, from memory: check before use."
    ),
    "site.no_faults": "No fault is loaded within {reach} km.",
    "site.more": "And {count} more.",
    "site.yes": "yes",
    "site.events": "Earthquakes within {reach} km, the strongest here first",
    "site.date": "Date",
    "site.event": "Place",
    "site.magnitude": "Magnitude",
    "site.depth": "Depth, km",
    "site.here": "Here, MSK-64",
    "site.events_note": (
        "Estimated by {relation}, ± {sigma} degrees (one standard deviation); not observed."
    ),
    "site.recurrence": (
        "Gutenberg–Richter b = {b} ± {b_sd}, from {count} independent events of M {least} "
        "and more within the complete times; {rate} a year."
    ),
    "site.no_recurrence": "Too few complete independent events for a slope ({count} independent).",
    "site.history": "Magnitude by year; steps: since when the catalogue is complete",
    "site.no_events": "No earthquake is loaded within {reach} km.",
    "site.seismic_zone": "Seismic zone",
    "site.people": "People",
    "site.circle": "Circle",
    "site.by_state": "By state",
    "site.total": "People",
    "site.elsewhere": "If the site lies elsewhere within its accuracy",
    "site.density": "People per km²",
    "site.people_raster": (
        "Counted from cells of “{source}”; a cell on a circle counts by the share inside."
    ),
    "site.people_unread": "“{source}” could not be used: {reason}",
    "site.people_note": (
        "Lower bounds: settlements of {least} and more inhabitants are counted; smaller "
        "ones, people outside of settlements and {unknown} settlements without a number are"
        " missing."
    ),
    "site.town": "Nearest town of {people} and more",
    "site.town_value": "{name} ({country}), {people}; {distance} km to the {direction}",
    "site.zones": "Emergency zones and the network",
    "site.zone": "Zone",
    "site.zone.paz": "PAZ, precautionary action",
    "site.zone.upz": "UPZ, urgent action",
    "site.zone.epd": "EPD, extended planning",
    "site.zone.icpd": "ICPD, ingestion and commodities",
    "site.radius": "Radius, km",
    "site.stations": "Stations",
    "site.empty": "Directions without a station",
    "site.all_directions": "all 16",
    "site.none": "none",
    "site.zones_note": (
        "Circles after {source}, from memory: check before use. Real zones follow roads, "
        "rivers and borders."
    ),
    "site.cross": "Other states",
    "site.reached": "Zones that reach it",
    "site.perhaps": "perhaps {zones}",
    "site.cross_note": (
        "To be told to the other side (Espoo): which zones reach it, its people in the "
        "circles, the hazard, the stations and the dose of this sheet."
    ),
    "site.alone": "No zone reaches another state.",
    "site.wind_to": "Wind blows there",
    "site.wind_value": (
        "{name}, {distance} km away, {period}: most often from {sector} ({share}), calm {calm}"
    ),
    "site.wind_note": (
        "Share of time in which the wind near the ground blows from the site to the state within "
        "{reach} km; a rose counts for sites within {within} km, and is no dispersion of a plume."
    ),
    "site.basin_value": "{name}, {area} km²: {shares}",
    "site.basin_rest": "no known state",
    "site.basin_note": "A basin that is shared does not say which way its water runs.",
    "site.dose": "Radiation and environment here",
    "site.layer": "Layer",
    "site.time": "Hour (UTC)",
    "site.evidence": "Water, ground and what else is looked at",
    "site.provenance": "Where it is from",
    "site.version": "Version",
    "site.vintage": "Of",
    "site.licence": "Licence",
    "site.not_loaded": "Not loaded: {names}.",
    "site.replay": (
        "The same inputs give the same numbers. Inputs {inputs}, results {results}, "
        "software {software}."
    ),
    "site.missing.not_loaded": "not loaded",
    "site.missing.outside": "outside of the data",
    "site.missing.nothing_near": "nothing near",
    "site.missing.no_rose": "without a rose that can be read",
    "site.missing.other_state": "map of another state",
    "site.missing.no_return_period": "not of this period",
    "site.missing.falling_curve": "rarer motion is weaker there",
    "site.map": "The site, its circles, faults, earthquakes, borders and stations",
    "site.rank": "Rank",
    "site.first": "Chance of rank 1",
    "site.best": "best",
    "site.worst": "worst",
    "site.order": "Order",
    "site.ranks": "Ranks with 90 %",
    "site.chance_of_ranks": "Chance of each rank, %",
    "site.order_note": (
        "Excluded sites and those without a score have no rank. Below a score: between what "
        "it lies with 90 %. Below the evidence at hand: its share of the weight."
    ),
    "site.inputs": "Hash of inputs",
    "site.sites": "The sites",
    "site.weights": "Weights",
    "site.weights_note": (
        "Weights are choices of people. Chance of rank 1: weights drawn by about 30 % "
        "around these, evidence within its uncertainty, what is missing anywhere from worst"
        " to best."
    ),
    "site.reset": "As the criteria say",
    "site.flips": "Where the order turns",
    "site.flip": (
        "{from_site} loses the first rank to {to_site} when the weight of “{evidence}” goes"
        " from {now} to {then}."
    ),
    "site.no_flip": "No weight of a single criterion turns the first rank.",
    "site.ahp": "Weights by pairwise comparison (AHP)",
    "site.ahp_help": "How many times does the row matter more than the column? 1/9 to 9.",
    "site.ratio": "Consistency ratio {ratio}",
    "site.inconsistent": "above 0.1: the comparisons contradict each other",
    "site.apply": "Take these weights",
    "site.plot": "Utility of each criterion; excluded sites are dashed",
    "site.share": "Link to this state",
    "site.same_place": "Cannot be told apart, for their coordinates are the same: {names}.",
    "site.sheet": "Sheet",
    "site.excluded_short": "excluded",
    "site.unranked": "without a score",
    "site.print": "Print",
    "site.site": "Site",
    "site.one_site": "One site was read; two or more can be compared.",
    "site.evidence.pga_475": "Acceleration, 475 years",
    "site.evidence.pga_975": "Acceleration, 975 years",
    "site.evidence.pga_2475": "Acceleration, 2,475 years",
    "site.evidence.pga_10000": "Acceleration, 10,000 years",
    "site.evidence.sl2": "SL-2 acceleration",
    "site.evidence.msk_sl2": "Intensity, 10,000 years",
    "site.evidence.msk_zone": "Intensity of the zone",
    "site.evidence.historic_msk": "Strongest past shaking",
    "site.evidence.fault_distance": "Nearest mapped fault",
    "site.evidence.fault_margin": "Distance beyond which a fault need not be considered",
    "site.evidence.density_16km": "People per km² within 16 km",
    "site.evidence.density_25km": "People per km² within 25 km",
    "site.evidence.density_30km": "People per km² within 30 km",
    "site.evidence.density_32km": "People per km² within 32 km",
    "site.evidence.town_25000_distance": "Town of 25,000",
    "site.evidence.town_100000_distance": "Town of 100,000",
    "site.evidence.border_distance": "Land border",
    "site.evidence.open_water": "In open water",
    "site.evidence.water_distance": "River or lake",
    "site.evidence.airport_distance": "Airport",
    "site.evidence.hazard_facility_distance": "Hazardous plant",
    "site.evidence.protected_distance": "Protected land",
    "site.evidence.flood_zone": "Flooded area",
    "site.evidence.slope": "Slope",
    "site.evidence.elevation": "Elevation",
    "site.evidence.empty_sectors_epd": "Directions without a station (EPD)",
    "site.evidence.wind_rose": "Wind rose",
    "site.evidence.water_basin": "Water basins",
    "site.country.AF": "Afghanistan",
    "site.country.AM": "Armenia",
    "site.country.AZ": "Azerbaijan",
    "site.country.CN": "China",
    "site.country.GE": "Georgia",
    "site.country.IN": "India",
    "site.country.IQ": "Iraq",
    "site.country.IR": "Iran",
    "site.country.KG": "Kyrgyzstan",
    "site.country.KZ": "Kazakhstan",
    "site.country.MN": "Mongolia",
    "site.country.PK": "Pakistan",
    "site.country.RU": "Russia",
    "site.country.SY": "Syria",
    "site.country.TJ": "Tajikistan",
    "site.country.TM": "Turkmenistan",
    "site.country.TR": "Türkiye",
    "site.country.UZ": "Uzbekistan",
    "site.directions": ("N|NNE|NE|ENE|E|ESE|SE|SSE|S|SSW|SW|WSW|W|WNW|NW|NNW"),
}
