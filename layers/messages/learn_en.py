"""English: what a number means, and the words of the map, for people who want to understand."""

TEXTS: dict[str, str] = {
    "learn.meaning": "What does this number mean?",
    "learn.words": "Words of this map",
    "learn.draft": "No native speaker has read this text yet. Marked words: *.",
    "learn.lead": (
        "The map shows how much radiation there is in the open air, hour by hour. A little is "
        "always and everywhere there. Here you can see what a number means."
    ),
    # The question
    "learn.ask": "A number from the map or from your own instrument",
    "learn.value": "Number",
    "learn.unit": "Unit",
    "learn.show": "Explain",
    "learn.not_a_number": "That is no number we can read. Write for example 0.12.",
    "learn.class": "{value}: {words}.",
    "learn.same": "The same in other units: {values}.",
    "learn.year": (
        "Somebody who stood there in the open for a whole year would receive about {dose}. From "
        "all natural sources people receive about 2.4 mSv a year on world average (UNSCEAR 2008)."
    ),
    "learn.flight": (
        "For comparison: in an airliner at cruising height it is about {low} to {high} (UNSCEAR "
        "2000)."
    ),
    "learn.check": (
        "One high number alone proves nothing: instruments err. Look at the stations around, and "
        "at what your authorities say."
    ),
    # Questions and answers
    "learn.what": "What is measured?",
    "learn.what.text": (
        "The strength of gamma radiation in the open air, one metre above the ground. It comes "
        "from rock and soil, and from space. Each number is the mean of one hour."
    ),
    "learn.differs": "Why is it not the same everywhere?",
    "learn.differs.text": (
        "Granite holds more natural uranium and thorium than sand, and on a mountain there is "
        "less air above to hold back radiation from space. So 0.20 in one place can be as "
        "ordinary as 0.08 in another."
    ),
    "learn.rain": "Why does it rise when it rains?",
    "learn.rain.text": (
        "Rain and snow bring down what the natural gas radon leaves in the air. The value can "
        "rise by a half and is back to its usual level a few hours later. That is no accident."
    ),
    "learn.raised": "When is a value called raised?",
    "learn.raised.text": (
        "From {limit} on it is above what nature explains in nearly all places, and from {alarm} "
        "on it is an alarm. A raised value is shown at once, with another shape of mark, and is "
        "checked afterwards: first seen, then explained."
    ),
    "learn.between": "And between the stations?",
    "learn.between.text": (
        "There the colour is an estimate from the stations around. Where they are too far away "
        "the map is hatched: there it cannot know, and says so. No colour does not mean no "
        "radiation."
    ),
    "learn.relative": "And compared with what is usual?",
    "learn.relative.text": (
        "The map can also show how many times its own normal a place has: the middle value of "
        "the last 30 days at each station. ×1 is as usual there, ×1.3 is three tenths more. Rock "
        "and altitude, which make places differ, drop out; rain and a release do not. Until six "
        "days are stored it shows nothing."
    ),
    "learn.gap": "Why does a station show no number?",
    "learn.gap.text": (
        "It has not reported for that hour, because of a lost line or a broken instrument. We "
        "never fill such a gap with an old or a guessed number."
    ),
    "learn.do": "What shall I do?",
    "learn.do.text": (
        "This map informs, it gives no orders. In an emergency follow the authorities of your "
        "country; they decide with more than this map."
    ),
    # Words
    "learn.term.dose_rate": "Dose rate",
    "learn.term.dose_rate.text": "How much radiation acts at a place in one hour.",
    "learn.term.h10": "Ambient dose equivalent, H*(10)",
    "learn.term.h10.text": (
        "The agreed quantity that instruments outdoors show. It is a careful upper estimate of "
        "what a person at that place would receive."
    ),
    "learn.term.sievert": "Microsievert per hour, µSv/h",
    "learn.term.sievert.text": "The unit of the dose rate. 1 µSv/h is 1,000 nSv/h (nanosievert).",
    "learn.term.roentgen": "Microroentgen per hour, µR/h",
    "learn.term.roentgen.text": (
        "An older unit on many household instruments. This map counts 100 µR/h as 1 µSv/h."
    ),
    "learn.term.background": "Natural background",
    "learn.term.background.text": "Radiation of rock, soil and space that is always there.",
    "learn.term.usual": "Usual for the place",
    "learn.term.usual.text": (
        "The middle value of a station's own last 30 days: half of its hours lay below. ×2 means "
        "twice that."
    ),
    "learn.term.radon": "Radon",
    "learn.term.radon.text": (
        "A natural radioactive gas from the ground. Rain washes what it decays to out of the air."
    ),
    "learn.term.station": "Station",
    "learn.term.station.text": "An instrument at a fixed place that reports every hour.",
    "learn.term.alarm": "Alarm level",
    "learn.term.alarm.text": (
        "The value at which one station alone is reason to look at once. It is no limit of danger."
    ),
    "learn.term.surface": "Surface",
    "learn.term.surface.text": (
        "The coloured area: values between the stations, computed from them and not measured."
    ),
    "learn.term.interval": "90 % interval",
    "learn.term.interval.text": (
        "Of a hundred such statements about ninety hold. A wide interval says: we know little here."
    ),
    "learn.term.unknown": "Hatched area",
    "learn.term.unknown.text": "Too far from every station: the network cannot know.",
    "learn.term.checked": "Checked, validated",
    "learn.term.checked.text": (
        "A program looks at every value when it comes; people look later. No value is deleted."
    ),
    "learn.term.simulated": "Simulated",
    "learn.term.simulated.text": (
        "Computed for a demonstration, not measured. It is said wherever such a value stands."
    ),
    "learn.term.msk": "Seismic zone, MSK-64",
    "learn.term.msk.text": (
        "How strong shaking is to be expected there, in grades from I to XII. From VII on houses "
        "can be damaged."
    ),
    "learn.term.magnitude": "Magnitude",
    "learn.term.magnitude.text": (
        "The size of an earthquake at its source: one number for a quake, the same wherever you "
        "are."
    ),
    "learn.term.pm": "PM2.5",
    "learn.term.pm.text": (
        "Dust finer than 2.5 thousandths of a millimetre, which reaches deep into the lungs."
    ),
    "learn.unit.uR/h": "µR/h",
    "learn.unit.mSv": "mSv",
}
